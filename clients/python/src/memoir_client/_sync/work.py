# Generated out of _async by scripts/generate.py.
"""Work on many conversations, days or memories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from memoir_client._call import Call, fields, keyed, path_of
from memoir_client._sync.transport import Page, Transport
from memoir_client.models import (
    Accepted,
    Consolidation,
    Estimate,
    Imported,
    IngestFailure,
    SyncState,
)


class ImportsResource:
    """Conversations that are handed in."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        *,
        conversations: Iterable[Mapping[str, Any]] | None = None,
        records: Iterable[Mapping[str, Any]] | None = None,
        source: str | None = None,
        lift: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Imported:
        """Hands in conversations for the next backfill, or records of an export.

        What is refused is listed in the answer, the rest is written. `lift`, an administrator's to ask, ingests what
        was erased or forgotten as well.
        """
        body = fields(conversations=conversations, records=records, source=source, lift=lift)
        return self._transport.ask(keyed("/v1/imports", body, idempotency_key), Imported)


class BackfillsResource:
    """Ingesting every conversation of a source."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        *,
        page_size: int | None = None,
        extract: str | None = None,
        retry_failed: bool | None = None,
        force: bool | None = None,
        budget: float | None = None,
        idempotency_key: str | None = None,
    ) -> Accepted:
        """Ingests what is new or changed; the same request while one is unfinished joins it.

        `budget` is in US dollars: there it pauses and says so.
        """
        body = fields(
            page_size=page_size,
            extract=extract,
            retry_failed=retry_failed,
            force=force,
            budget=budget,
        )
        return self._transport.ask(keyed("/v1/backfills", body, idempotency_key), Accepted)

    def estimate(self, *, extract: str | None = None) -> Estimate:
        """What a backfill would take at most: conversations, tokens, US dollars. Nothing is done."""
        call = Call("POST", "/v1/backfills", body=fields(estimate_only=True, extract=extract))
        return self._transport.ask(call, Estimate)

    def failures(self, job: str, *, limit: int | None = None, cursor: str | None = None) -> Page[IngestFailure]:
        """Conversations that could not be ingested, and why."""
        path = path_of("v1", "backfills", job, "failures")
        query = fields(limit=limit, cursor=cursor)
        return self._transport.page(Call("GET", path, query=query), IngestFailure)


class ConsolidationsResource:
    """Consolidating days of users, and taking that back."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        *,
        user_id: str | None = None,
        day: str | date | None = None,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Accepted:
        """Consolidates a day, or every day that holds something new; the same day again changes nothing."""
        body = fields(user_id=user_id, day=day, dry_run=dry_run)
        return self._transport.ask(keyed("/v1/consolidations", body, idempotency_key), Accepted)

    def get(self, id: str) -> Consolidation:
        """What it planned, and what it did."""
        return self._transport.ask(Call("GET", path_of("v1", "consolidations", id)), Consolidation)

    def undo(self, id: str) -> Consolidation:
        """Takes it back, for 30 days, where memories are as it left them; twice is once."""
        return self._transport.ask(Call("POST", path_of("v1", "consolidations", id, "undo")), Consolidation)


class SyncResource:
    """Whether the stores agree, and making them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self) -> SyncState:
        """How far they agree, and what the latest comparisons found."""
        return self._transport.ask(Call("GET", "/v1/sync"), SyncState)

    def create(
        self,
        *,
        operation: str | None = None,
        user_id: str | None = None,
        limit: int | None = None,
        dry_run: bool | None = None,
        clear_existing: bool | None = None,
    ) -> Accepted:
        """Compares the graph with the record, and with `repair` or `rebuild` puts it right; one under way is joined."""
        body = fields(
            operation=operation,
            user_id=user_id,
            limit=limit,
            dry_run=dry_run,
            clear_existing=clear_existing,
        )
        return self._transport.ask(Call("POST", "/v1/sync", body=body), Accepted)
