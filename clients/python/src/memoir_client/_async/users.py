"""Users, and who they are."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

from memoir_client._async.transport import AsyncPage, AsyncTransport, lines_of
from memoir_client._call import Call, fields, path_of
from memoir_client.models import Accepted, ErasureReceipt, Narrative, NarrativeVersion, User


class AsyncUsersResource:
    """Users: read, list, export, erase."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def list(self, *, limit: int | None = None, cursor: str | None = None) -> AsyncPage[User]:
        """Users, and how much is remembered of each."""
        query = fields(limit=limit, cursor=cursor)
        return await self._transport.page(Call("GET", "/v1/users", query=query), User)

    async def get(self, user_id: str) -> User:
        """One user, and how much is remembered of them. Raises `NotFoundError`."""
        return await self._transport.ask(Call("GET", path_of("v1", "users", user_id)), User)

    async def export(self, user_id: str) -> AsyncGenerator[dict[str, Any], None]:
        """Everything about one user, record by record; `client.imports.create` takes the records again."""
        call = Call("GET", path_of("v1", "users", user_id, "export"))
        async with self._transport.stream(call) as response:
            async for line in lines_of(response):
                if line:
                    yield json.loads(line)

    async def erase(self, user_id: str) -> Accepted:
        """Erases everything about one user from every store, for good; asking again joins the same job."""
        return await self._transport.ask(Call("DELETE", path_of("v1", "users", user_id)), Accepted)

    async def erasure(self, id: str) -> ErasureReceipt:
        """What an erasure deleted, by the id that `erase` answered."""
        return await self._transport.ask(Call("GET", path_of("v1", "erasures", id)), ErasureReceipt)


class AsyncNarrativesResource:
    """Who a user is, in one text that cites what it rests on."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def get(self, user_id: str, *, analysis: bool | None = None) -> Narrative:
        """The narrative as it is now; one that is missing or stale is being generated then, and `state` says so.

        For a missing one an `analysis` stands in, which takes some seconds; `analysis=False` answers at once.
        """
        query = fields(analysis=analysis)
        call = Call("GET", path_of("v1", "narratives", user_id), query=query)
        return await self._transport.ask(call, Narrative)

    async def regenerate(self, user_id: str) -> Accepted:
        """Generates it again; asking while that goes on is one further generation at most."""
        call = Call("POST", path_of("v1", "narratives", user_id, "regenerate"))
        return await self._transport.ask(call, Accepted)

    async def versions(
        self, user_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPage[NarrativeVersion]:
        """What it was before, the latest first."""
        path = path_of("v1", "narratives", user_id, "versions")
        query = fields(limit=limit, cursor=cursor)
        return await self._transport.page(Call("GET", path, query=query), NarrativeVersion)
