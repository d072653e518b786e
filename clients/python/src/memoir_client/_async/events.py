"""What happened, and who is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from memoir_client._async.transport import AsyncPage, AsyncTransport, lines_of
from memoir_client._call import Call, fields, listed, path_of
from memoir_client._errors import MemoirError
from memoir_client._sse import EventReader
from memoir_client._waiting import SILENCE_SECONDS, Breaks
from memoir_client.models import Delivery, MemoryEvent, NewWebhook, Webhook


class AsyncEventsResource:
    """What happened to memories, users, narratives and jobs, oldest first."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def list(
        self,
        *,
        types: str | Sequence[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPage[MemoryEvent]:
        """Events after `cursor`, that of the last one that was worked on."""
        query = fields(types=listed(types), limit=limit, cursor=cursor)
        return await self._transport.page(Call("GET", "/v1/events", query=query), MemoryEvent)

    async def follow(
        self, *, types: str | Sequence[str] | None = None, cursor: str | None = None
    ) -> AsyncGenerator[MemoryEvent, None]:
        """Events after `cursor` and those to come, without end. A stream that breaks off is taken up where it was."""
        breaks = Breaks()
        while True:
            broken: MemoirError | None = None
            query = fields(types=listed(types), cursor=cursor)
            call = Call("GET", "/v1/events", query=query, headers={"accept": "text/event-stream"})
            reader = EventReader()
            try:
                async with self._transport.stream(call, SILENCE_SECONDS) as response:
                    async for line in lines_of(response):
                        heard = reader.read(line)
                        if heard is None:
                            continue
                        breaks.heard()
                        event = MemoryEvent.model_validate_json(heard.data)
                        cursor = event.cursor
                        yield event
            except MemoirError as error:
                broken = error
            await asyncio.sleep(breaks.pause(broken))


class AsyncWebhooksResource:
    """Addresses that events are sent to."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def list(self, *, limit: int | None = None, cursor: str | None = None) -> AsyncPage[Webhook]:
        """Webhooks, without their secrets, the newest first."""
        query = fields(limit=limit, cursor=cursor)
        return await self._transport.page(Call("GET", "/v1/webhooks", query=query), Webhook)

    async def create(
        self,
        url: str,
        *,
        types: str | Sequence[str] | None = None,
        user_id: str | None = None,
        include_content: bool | None = None,
        description: str | None = None,
    ) -> NewWebhook:
        """Sends events from now on. The secret is in this answer and nowhere else, so the request is not sent twice."""
        body = fields(
            url=url,
            types=listed(types),
            user_id=user_id,
            include_content=include_content,
            description=description,
        )
        return await self._transport.ask(Call("POST", "/v1/webhooks", body=body, repeatable=False), NewWebhook)

    async def delete(self, id: str) -> None:
        """Ends it, with all its deliveries."""
        await self._transport.send(Call("DELETE", path_of("v1", "webhooks", id)))

    async def deliveries(
        self, id: str, *, state: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPage[Delivery]:
        """What came of each event, the latest first."""
        query = fields(state=state, limit=limit, cursor=cursor)
        path = path_of("v1", "webhooks", id, "deliveries")
        return await self._transport.page(Call("GET", path, query=query), Delivery)

    async def replay(self, id: str, *, cursor: str | None = None) -> Webhook:
        """Tries again what is parked.

        With a cursor, of an event or a delivery, everything after it is delivered again, and what is parked before is
        given up.
        """
        path = path_of("v1", "webhooks", id, "replay")
        return await self._transport.ask(Call("POST", path, body=fields(cursor=cursor)), Webhook)
