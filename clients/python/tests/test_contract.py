"""Whether the client knows the routes and fields of the Memoir that runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from memoir_client import AsyncMemoir, Memoir

# Each method and the operation of the API that it asks.
METHODS = {
    "remember": "storeMemory",
    "recall": "recallByBody",
    "context": "context",
    "call_tool": "callTool",
    "forget": "forget",
    "graph": "getGraph",
    "status": "getStatus",
    "stats": "getStats",
    "memories.create_batch": "storeMemories",
    "memories.get": "getMemory",
    "memories.list": "listMemories",
    "memories.update": "changeMemory",
    "memories.delete": "removeMemory",
    "memories.restore": "restoreMemory",
    "memories.history": "listMemoryRevisions",
    "sessions.create": "postSession",
    "sessions.get": "getSession",
    "sessions.list": "listSessions",
    "notes.create": "storeNote",
    "notes.connections": "listConnections",
    "jobs.get": "getJob",
    "jobs.list": "listJobs",
    "jobs.failures": "listStepFailures",
    "jobs.watch": "watchJob",
    "jobs.pause": "pauseJob",
    "jobs.resume": "resumeJob",
    "jobs.cancel": "cancelJob",
    "jobs.retry": "retryJob",
    "users.list": "listUsers",
    "users.get": "getUser",
    "users.export": "exportUser",
    "users.erase": "eraseUser",
    "users.erasure": "getErasure",
    "narratives.get": "getNarrative",
    "narratives.regenerate": "regenerateNarrative",
    "narratives.versions": "listNarrativeVersions",
    "imports.create": "importConversations",
    "backfills.create": "startBackfill",
    "backfills.failures": "listBackfillFailures",
    "consolidations.create": "startConsolidation",
    "consolidations.get": "getConsolidation",
    "consolidations.undo": "undoConsolidation",
    "sync.get": "getSync",
    "sync.create": "startSync",
    "keys.list": "listKeys",
    "keys.current": "currentKey",
    "keys.create": "createKey",
    "keys.revoke": "revokeKey",
    "events.list": "listEvents",
    "webhooks.list": "listWebhooks",
    "webhooks.create": "createWebhook",
    "webhooks.delete": "deleteWebhook",
    "webhooks.deliveries": "listDeliveries",
    "webhooks.replay": "replayWebhook",
    "schedules.list": "listSchedules",
    "schedules.update": "changeSchedule",
    "schedules.delete": "deleteSchedule",
    "schedules.trigger": "triggerSchedule",
    "schedules.backfill": "backfillSchedule",
    "settings.get_ai": "getAiSettings",
    "settings.update_ai": "putAiSettings",
    "settings.test_ai": "testAiSettings",
    "settings.get_budget": "getBudget",
    "settings.update_budget": "setBudget",
    "settings.get_extraction": "getExtractionSettings",
    "settings.update_extraction": "putExtractionSettings",
    "settings.reset_extraction": "resetExtractionSettings",
    "settings.test_extraction": "testExtractionSettings",
}

# Asked with `client.request`: for who runs Memoir, by the command line.
WITHOUT_METHOD = {
    "recall",
    "findIds",
    "getReembed",
    "startReembed",
    "migrateEpisodes",
    "backfillNarratives",
    "listNarrativeFailures",
}

# Fields with a method of their own.
ELSEWHERE = {
    ("startBackfill", "estimate_only"),
    # As they are answered: they change nothing.
    ("putExtractionSettings", "outdated"),
    ("putExtractionSettings", "updated_at"),
}


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    with Memoir() as client:
        openapi = client.request("GET", "/openapi.json")
    return {
        operation["operationId"]: operation
        for path, item in openapi["paths"].items()
        if path.startswith("/v1/") or path == "/mcp/tool/call"
        for operation in item.values()
    }


def method_of(client: object, name: str) -> Callable[..., Any]:
    for part in name.split("."):
        client = getattr(client, part)
    assert callable(client)
    return client


def fields_of(operation: dict[str, Any]) -> set[str]:
    """What a request may say, but for headers."""
    asked = {one["name"] for one in operation.get("parameters", []) if one["in"] != "header"}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return asked | set(body.get("properties", {}))


def test_every_route_has_a_method(operations: dict[str, Any]) -> None:
    assert set(operations) == set(METHODS.values()) | WITHOUT_METHOD


@pytest.mark.parametrize(("name", "operation"), METHODS.items())
def test_a_method_takes_every_field(operations: dict[str, Any], name: str, operation: str) -> None:
    taken = set(inspect.signature(method_of(Memoir("http://memoir.test"), name)).parameters)
    names = {one.rstrip("_") for one in taken} | ({"id", "job"} if {"id", "job"} & taken else set())
    missing = {one for one in fields_of(operations[operation]) if one not in names}
    assert {one for one in missing if (operation, one) not in ELSEWHERE} == set()


def test_both_clients_have_the_same_methods() -> None:
    sync, other = Memoir("http://memoir.test"), AsyncMemoir("http://memoir.test")
    for name in METHODS:
        mine, theirs = (inspect.signature(method_of(one, name)).parameters for one in (sync, other))
        assert list(mine) == list(theirs)
