"""Transcripts, out of which memories are made; and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from memoir_client._async.transport import AsyncPage, AsyncTransport
from memoir_client._call import Call, Time, fields, keyed, listed, path_of
from memoir_client._params import EntityParam, TurnParam
from memoir_client.models import (
    AcceptedMemories,
    Connection,
    PostAccepted,
    Session,
    SessionInfo,
)


class AsyncSessionsResource:
    """Transcripts of conversations, out of which memories are made."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create(
        self,
        transcript: str | Iterable[TurnParam],
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        collection: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> PostAccepted:
        """Hands in a transcript. The same again is no work; one that goes on costs its new turns only."""
        body = fields(
            transcript=transcript,
            user_id=user_id,
            session_id=session_id,
            collection=collection,
            metadata=metadata,
        )
        return await self._transport.ask(keyed("/v1/sessions", body, idempotency_key), PostAccepted)

    async def get(self, session_id: str, *, user_id: str | None = None, collection: str | None = None) -> Session:
        """A session, its posts and what was made of them. Raises `NotFoundError`."""
        query = fields(user_id=user_id, collection=collection)
        call = Call("GET", path_of("v1", "sessions", session_id), query=query)
        return await self._transport.ask(call, Session)

    async def list(
        self,
        *,
        user_id: str | None = None,
        collection: str | None = None,
        session_id: str | None = None,
        status: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPage[SessionInfo]:
        """Sessions, the latest first."""
        query = fields(
            user_id=user_id,
            collection=collection,
            session_id=session_id,
            status=status,
            limit=limit,
            cursor=cursor,
        )
        return await self._transport.page(Call("GET", "/v1/sessions", query=query), SessionInfo)


class AsyncNotesResource:
    """Notes, which are connected with what is remembered already."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create(
        self,
        content: str,
        *,
        user_id: str | None = None,
        scope: str | None = None,
        tags: str | Sequence[str] | None = None,
        importance: int | None = None,
        summary: str | None = None,
        session_id: str | None = None,
        conversation_id: str | None = None,
        external_id: str | None = None,
        occurred_at: Time | None = None,
        expires_at: Time | None = None,
        metadata: Mapping[str, Any] | None = None,
        entities: Iterable[EntityParam] | None = None,
        extract_entities: bool | None = None,
        idempotency_key: str | None = None,
    ) -> AcceptedMemories:
        """Saves a note."""
        body = fields(
            content=content,
            user_id=user_id,
            scope=scope,
            tags=listed(tags),
            importance=importance,
            summary=summary,
            session_id=session_id,
            conversation_id=conversation_id,
            external_id=external_id,
            occurred_at=occurred_at,
            expires_at=expires_at,
            metadata=metadata,
            entities=entities,
            extract_entities=extract_entities,
        )
        return await self._transport.ask(keyed("/v1/notes", body, idempotency_key), AcceptedMemories)

    async def connections(self, id: str, *, limit: int | None = None) -> AsyncPage[Connection]:
        """What a note is connected with, and why."""
        call = Call("GET", path_of("v1", "notes", id, "connections"), query=fields(limit=limit))
        return await self._transport.page(call, Connection)
