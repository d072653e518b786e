"""Types of arguments that are more than a value."""

from __future__ import annotations

from typing import Any, TypedDict

from typing_extensions import NotRequired, Required


class MessageParam(TypedDict):
    """A message of a conversation."""

    role: str
    content: str


class TurnParam(TypedDict, total=False):
    """A turn of a transcript."""

    role: Required[str]
    content: Required[str]
    timestamp: str
    name: str


class EntityParam(TypedDict):
    """What a memory names: a person, a place, an organization, an event or a thing."""

    type: str
    value: str
    confidence: NotRequired[float]


class MemoryParam(TypedDict, total=False):
    """One memory of a batch."""

    content: Required[str]
    scope: str
    kind: str
    role: str
    tags: list[str]
    importance: int
    session_id: str
    conversation_id: str
    external_id: str
    occurred_at: Any
    expires_at: Any
    metadata: dict[str, Any]
    entities: list[EntityParam]
    summary: str
