# Generated out of _async by scripts/generate.py.
"""Single memories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from memoir_client._call import (
    UNSET,
    Call,
    Time,
    Unset,
    changes,
    fields,
    if_match,
    keyed,
    listed,
    path_of,
)
from memoir_client._params import EntityParam, MemoryParam
from memoir_client._sync.transport import Page, Transport
from memoir_client.models import AcceptedMemories, Memory, MemoryRevision


class MemoriesResource:
    """Memories that are written, read and changed one by one."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create_batch(
        self,
        memories: Iterable[MemoryParam],
        *,
        user_id: str | None = None,
        extract_entities: bool | None = None,
        idempotency_key: str | None = None,
    ) -> AcceptedMemories:
        """Remembers up to 500 memories of one user, as one job."""
        body = fields(user_id=user_id, memories=memories, extract_entities=extract_entities)
        call = keyed("/v1/memories/batch", body, idempotency_key)
        return self._transport.ask(call, AcceptedMemories)

    def get(self, id: str) -> Memory:
        """One memory. Raises `NotFoundError`."""
        return self._transport.ask(Call("GET", path_of("v1", "memories", id)), Memory)

    def list(
        self,
        *,
        user_id: str | None = None,
        scope: str | Sequence[str] | None = None,
        kinds: str | Sequence[str] | None = None,
        tags: str | Sequence[str] | None = None,
        filter: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        state: str | Sequence[str] | None = None,
        session_id: str | None = None,
        from_: Time | None = None,
        to: Time | None = None,
        order: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Memory]:
        """A user's memories, the latest first: by when they became `known`, or with `order` by when they `occurred`.

        `metadata` finds the memories whose metadata holds these fields.
        """
        query = fields(
            user_id=user_id,
            scope=listed(scope),
            kinds=listed(kinds),
            tags=listed(tags),
            filter=filter,
            metadata=metadata,
            state=listed(state),
            session_id=session_id,
            from_=from_,
            to=to,
            order=order,
            limit=limit,
            cursor=cursor,
        )
        return self._transport.page(Call("GET", "/v1/memories", query=query), Memory)

    def update(
        self,
        id: str,
        *,
        content: str | Unset = UNSET,
        kind: str | Unset = UNSET,
        scope: str | Unset = UNSET,
        role: str | Unset | None = UNSET,
        tags: Sequence[str] | Unset = UNSET,
        importance: int | Unset | None = UNSET,
        summary: str | Unset | None = UNSET,
        session_id: str | Unset | None = UNSET,
        conversation_id: str | Unset | None = UNSET,
        occurred_at: Time | Unset = UNSET,
        expires_at: Time | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset = UNSET,
        entities: Iterable[EntityParam] | Unset = UNSET,
        extract_entities: bool | Unset = UNSET,
        revision: int | None = None,
        idempotency_key: str | None = None,
    ) -> AcceptedMemories:
        """Changes what is given; `None` empties a field.

        With `revision` it raises `ConflictError` (`precondition_failed`) when the memory has another one by now.
        """
        body = changes(
            content=content,
            kind=kind,
            scope=scope,
            role=role,
            tags=tags,
            importance=importance,
            summary=summary,
            session_id=session_id,
            conversation_id=conversation_id,
            occurred_at=occurred_at,
            expires_at=expires_at,
            metadata=metadata,
            entities=entities,
            extract_entities=extract_entities,
        )
        path = path_of("v1", "memories", id)
        call = keyed(path, body, idempotency_key, method="PATCH", headers=if_match(revision))
        return self._transport.ask(call, AcceptedMemories)

    def delete(
        self,
        id: str,
        *,
        hard: bool | None = None,
        cascade_graph: bool | None = None,
        revision: int | None = None,
        idempotency_key: str | None = None,
    ) -> AcceptedMemories:
        """Puts it out of sight at once, restorable for 30 days; with `hard` for good."""
        call = keyed(
            path_of("v1", "memories", id),
            key=idempotency_key,
            method="DELETE",
            query=fields(hard=hard, cascade_graph=cascade_graph),
            headers=if_match(revision),
        )
        return self._transport.ask(call, AcceptedMemories)

    def restore(self, id: str, *, idempotency_key: str | None = None) -> AcceptedMemories:
        """Brings back what was deleted or superseded."""
        call = keyed(path_of("v1", "memories", id, "restore"), key=idempotency_key)
        return self._transport.ask(call, AcceptedMemories)

    def history(self, id: str, *, limit: int | None = None, cursor: str | None = None) -> Page[MemoryRevision]:
        """What it is and was, the newest first."""
        path = path_of("v1", "memories", id, "history")
        query = fields(limit=limit, cursor=cursor)
        return self._transport.page(Call("GET", path, query=query), MemoryRevision)
