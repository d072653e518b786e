# Generated out of _async by scripts/generate.py.
"""What happened, and who is told of it."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence

from memoir_client._call import Call, fields, listed, path_of
from memoir_client._errors import MemoirError
from memoir_client._sse import EventReader
from memoir_client._sync.transport import Page, Transport, lines_of
from memoir_client._waiting import SILENCE_SECONDS, Breaks
from memoir_client.models import Delivery, MemoryEvent, NewWebhook, Webhook


class EventsResource:
    """What happened to memories, users, narratives and jobs, oldest first."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self,
        *,
        types: str | Sequence[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[MemoryEvent]:
        """Events after `cursor`, that of the last one that was worked on."""
        query = fields(types=listed(types), limit=limit, cursor=cursor)
        return self._transport.page(Call("GET", "/v1/events", query=query), MemoryEvent)

    def follow(
        self, *, types: str | Sequence[str] | None = None, cursor: str | None = None
    ) -> Generator[MemoryEvent, None]:
        """Events after `cursor` and those to come, without end. A stream that breaks off is taken up where it was."""
        breaks = Breaks()
        while True:
            broken: MemoirError | None = None
            query = fields(types=listed(types), cursor=cursor)
            call = Call("GET", "/v1/events", query=query, headers={"accept": "text/event-stream"})
            reader = EventReader()
            try:
                with self._transport.stream(call, SILENCE_SECONDS) as response:
                    for line in lines_of(response):
                        heard = reader.read(line)
                        if heard is None:
                            continue
                        breaks.heard()
                        event = MemoryEvent.model_validate_json(heard.data)
                        cursor = event.cursor
                        yield event
            except MemoirError as error:
                broken = error
            time.sleep(breaks.pause(broken))


class WebhooksResource:
    """Addresses that events are sent to."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Page[Webhook]:
        """Webhooks, without their secrets, the newest first."""
        query = fields(limit=limit, cursor=cursor)
        return self._transport.page(Call("GET", "/v1/webhooks", query=query), Webhook)

    def create(
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
        return self._transport.ask(Call("POST", "/v1/webhooks", body=body, repeatable=False), NewWebhook)

    def delete(self, id: str) -> None:
        """Ends it, with all its deliveries."""
        self._transport.send(Call("DELETE", path_of("v1", "webhooks", id)))

    def deliveries(
        self, id: str, *, state: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[Delivery]:
        """What came of each event, the latest first."""
        query = fields(state=state, limit=limit, cursor=cursor)
        path = path_of("v1", "webhooks", id, "deliveries")
        return self._transport.page(Call("GET", path, query=query), Delivery)

    def replay(self, id: str, *, cursor: str | None = None) -> Webhook:
        """Tries again what is parked.

        With a cursor, of an event or a delivery, everything after it is delivered again, and what is parked before is
        given up.
        """
        path = path_of("v1", "webhooks", id, "replay")
        return self._transport.ask(Call("POST", path, body=fields(cursor=cursor)), Webhook)
