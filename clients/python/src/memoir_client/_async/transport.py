"""Requests over httpx, tried again where that does no harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

import httpx

from memoir_client._call import (
    Answer,
    Call,
    Settings,
    connection_error,
    pause_before_retry,
    read,
)
from memoir_client._errors import MemoirError, error_of
from memoir_client._model import Listed

Item = TypeVar("Item")


class AsyncPage(Generic[Item]):
    """One page of a list; going through it goes through all that follow, each asked for when it is reached."""

    def __init__(
        self,
        items: list[Item],
        next_cursor: str | None,
        fetch: Callable[[str], Awaitable[AsyncPage[Item]]],
    ) -> None:
        self.items = items
        self.next_cursor = next_cursor
        self._fetch = fetch

    async def next_page(self) -> AsyncPage[Item] | None:
        """The page after this one; `None` after the last."""
        return None if self.next_cursor is None else await self._fetch(self.next_cursor)

    async def __aiter__(self) -> AsyncIterator[Item]:
        page: AsyncPage[Item] | None = self
        while page is not None:
            for item in page.items:
                yield item
            page = await page.next_page()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.items)} items, next_cursor={self.next_cursor!r})"


class AsyncTransport:
    """Sends requests and reads answers."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self.settings = settings
        self.http = http

    async def send(self, call: Call) -> httpx.Response:
        """An answer of success, read in full."""
        failed = 0
        while True:
            try:
                return await self._attempt(call)
            except MemoirError as error:
                pause = pause_before_retry(call, error, failed, self.settings.retries)
                if pause is None:
                    raise
            failed += 1
            await asyncio.sleep(pause)

    async def _attempt(self, call: Call) -> httpx.Response:
        try:
            response = await self.http.request(**call.arguments(self.settings))
        except httpx.TransportError as error:
            raise connection_error(error, self.settings) from error
        if not response.is_success:
            raise error_of(response)
        return response

    async def ask(self, call: Call, shape: type[Answer]) -> Answer:
        """The body of the answer."""
        return read(await self.send(call), shape)

    async def page(self, call: Call, shape: type[Item]) -> AsyncPage[Item]:
        """A page of a list, which knows how to get the next."""
        listed = await self.ask(call, Listed[shape])  # type: ignore[valid-type]

        async def fetch(cursor: str) -> AsyncPage[Item]:
            return await self.page(Call(call.method, call.path, query={**call.query, "cursor": cursor}), shape)

        return AsyncPage(listed.items, listed.next_cursor, fetch)

    @asynccontextmanager
    async def stream(self, call: Call, timeout: float | None = None) -> AsyncIterator[httpx.Response]:
        """An answer that is read as it comes; it is not tried again here."""
        arguments = call.arguments(self.settings, timeout)
        try:
            async with self.http.stream(**arguments) as response:
                if not response.is_success:
                    await response.aread()
                    raise error_of(response)
                yield response
        except httpx.TransportError as error:
            raise connection_error(error, self.settings) from error


async def lines_of(response: httpx.Response) -> AsyncIterator[str]:
    """Lines of a body, which end with a line feed alone: JSON may hold what else Unicode calls the end of a line."""
    rest = b""
    async for chunk in response.aiter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode()
    if rest:
        yield rest.decode()
