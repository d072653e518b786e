"""Keys, schedules and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from memoir_client._async.transport import AsyncPage, AsyncTransport
from memoir_client._call import UNSET, Call, Time, Unset, changes, fields, listed, path_of
from memoir_client.models import (
    Accepted,
    AiSettings,
    AiSettingsTest,
    Budget,
    CurrentKey,
    ExtractionSettings,
    ExtractionTrial,
    Key,
    NewKey,
    Schedule,
)


class AsyncKeysResource:
    """Keys of applications."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def list(self, *, limit: int | None = None, cursor: str | None = None) -> AsyncPage[Key]:
        """Keys, without their secrets."""
        query = fields(limit=limit, cursor=cursor)
        return await self._transport.page(Call("GET", "/v1/keys", query=query), Key)

    async def current(self) -> CurrentKey:
        """What the key of this client may do."""
        return await self._transport.ask(Call("GET", "/v1/keys/current"), CurrentKey)

    async def create(
        self,
        name: str,
        *,
        role: str,
        namespace: str | None = None,
        user_id: str | None = None,
        readable_users: str | Sequence[str] | None = None,
        scopes: str | Sequence[str] | None = None,
        expires_at: Time | None = None,
    ) -> NewKey:
        """Makes a key. Its secret is in this answer and nowhere else, so the request is not sent twice."""
        body = fields(
            name=name,
            role=role,
            namespace=namespace,
            user_id=user_id,
            readable_users=listed(readable_users),
            scopes=listed(scopes),
            expires_at=expires_at,
        )
        return await self._transport.ask(Call("POST", "/v1/keys", body=body, repeatable=False), NewKey)

    async def revoke(self, id: str) -> None:
        """Ends a key at once."""
        await self._transport.send(Call("DELETE", path_of("v1", "keys", id)))


class AsyncSchedulesResource:
    """What runs by itself."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def list(self, *, limit: int | None = None, cursor: str | None = None) -> AsyncPage[Schedule]:
        """Schedules with their next and recent runs."""
        query = fields(limit=limit, cursor=cursor)
        return await self._transport.page(Call("GET", "/v1/schedules", query=query), Schedule)

    async def update(
        self,
        id: str,
        *,
        cron: str | Unset = UNSET,
        paused: bool | Unset = UNSET,
        note: str | Unset | None = UNSET,
    ) -> Schedule:
        """Changes when it runs, or pauses it."""
        body = changes(cron=cron, paused=paused, note=note)
        call = Call("PATCH", path_of("v1", "schedules", id), body=body)
        return await self._transport.ask(call, Schedule)

    async def delete(self, id: str) -> None:
        """Removes it; workers do not make it again."""
        await self._transport.send(Call("DELETE", path_of("v1", "schedules", id)))

    async def trigger(self, id: str) -> Accepted:
        """Runs it once now, paused or not; a run that is unfinished is joined."""
        return await self._transport.ask(Call("POST", path_of("v1", "schedules", id, "trigger")), Accepted)

    async def backfill(self, id: str, *, from_: Time, to: Time) -> None:
        """Runs the times between two moments again, one after the other."""
        path = path_of("v1", "schedules", id, "backfill")
        body = fields(from_=from_, to=to)
        await self._transport.send(Call("POST", path, body=body, repeatable=False))


EXTRACTION = "/v1/settings/extraction"


class AsyncSettingsResource:
    """Which models the installation uses, what a day may cost, what is remembered; for administrators."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def get_ai(self) -> AiSettings:
        """The models. Keys are never read back."""
        return await self._transport.ask(Call("GET", "/v1/settings/ai"), AiSettings)

    async def update_ai(
        self,
        *,
        llm: Mapping[str, Any] | None = None,
        embedding: Mapping[str, Any] | None = None,
        reembed: bool | None = None,
    ) -> AiSettings:
        """Changes `base_url`, `model`, `api_key` (and of `embedding` `dim`) that are given; `None` there empties one.

        Another embedding model raises `ConflictError` (`reembed_required`) unless `reembed` is true.
        """
        body = fields(llm=llm, embedding=embedding, reembed=reembed)
        return await self._transport.ask(Call("PUT", "/v1/settings/ai", body=body), AiSettings)

    async def test_ai(
        self,
        *,
        llm: Mapping[str, Any] | None = None,
        embedding: Mapping[str, Any] | None = None,
        reembed: bool | None = None,
    ) -> AiSettingsTest:
        """Asks the models once, as they would be after the change; nothing is kept."""
        body = fields(llm=llm, embedding=embedding, reembed=reembed)
        call = Call("POST", "/v1/settings/ai/test", body=body)
        return await self._transport.ask(call, AiSettingsTest)

    async def get_budget(self) -> Budget:
        """What a day may cost in the key's namespace, and what today has cost."""
        return await self._transport.ask(Call("GET", "/v1/settings/budget"), Budget)

    async def update_budget(self, *, per_day: float | None) -> Budget:
        """Sets what a day may cost, in US dollars; `None` leaves it to the default."""
        call = Call("PUT", "/v1/settings/budget", body=changes(per_day=per_day))
        return await self._transport.ask(call, Budget)

    async def get_extraction(self, *, collection: str | None = None) -> ExtractionSettings:
        """What is to be remembered of conversations; of a collection, what holds for its sessions."""
        call = Call("GET", EXTRACTION, query=fields(collection=collection))
        return await self._transport.ask(call, ExtractionSettings)

    async def update_extraction(
        self,
        *,
        instructions: str | None = None,
        categories: Sequence[Mapping[str, Any]] | None = None,
        never: Sequence[str] | None = None,
        entity_types: Sequence[str] | None = None,
        sensitive: str | None = None,
        version: int | None = None,
        collection: str | None = None,
    ) -> ExtractionSettings:
        """Replaces all of it: what is left out goes to its default.

        `sensitive` is `drop`, `mask` or `keep`. With the `version` that was read, somebody else's change in
        between raises `ConflictError`.
        """
        body = fields(
            instructions=instructions,
            categories=categories,
            never=never,
            entity_types=entity_types,
            sensitive=sensitive,
            version=version,
        )
        call = Call("PUT", EXTRACTION, query=fields(collection=collection), body=body)
        return await self._transport.ask(call, ExtractionSettings)

    async def reset_extraction(self, *, collection: str | None = None) -> ExtractionSettings:
        """Goes back to the settings of the namespace, or to none."""
        call = Call("DELETE", EXTRACTION, query=fields(collection=collection))
        return await self._transport.ask(call, ExtractionSettings)

    async def test_extraction(
        self,
        *,
        transcript: str | Sequence[Mapping[str, Any]],
        metadata: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        collection: str | None = None,
    ) -> ExtractionTrial:
        """What would be remembered of a transcript, by the stored settings or by `settings`; nothing is kept."""
        body = fields(transcript=transcript, metadata=metadata, settings=settings)
        call = Call("POST", f"{EXTRACTION}/test", query=fields(collection=collection), body=body)
        return await self._transport.ask(call, ExtractionTrial)
