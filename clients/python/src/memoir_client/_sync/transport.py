# Generated out of _async by scripts/generate.py.
"""Requests over httpx, tried again where that does no harm."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


class Page(Generic[Item]):
    """One page of a list; going through it goes through all that follow, each asked for when it is reached."""

    def __init__(
        self,
        items: list[Item],
        next_cursor: str | None,
        fetch: Callable[[str], Page[Item]],
    ) -> None:
        self.items = items
        self.next_cursor = next_cursor
        self._fetch = fetch

    def next_page(self) -> Page[Item] | None:
        """The page after this one; `None` after the last."""
        return None if self.next_cursor is None else self._fetch(self.next_cursor)

    def __iter__(self) -> Iterator[Item]:
        page: Page[Item] | None = self
        while page is not None:
            for item in page.items:
                yield item
            page = page.next_page()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.items)} items, next_cursor={self.next_cursor!r})"


class Transport:
    """Sends requests and reads answers."""

    def __init__(self, settings: Settings, http: httpx.Client) -> None:
        self.settings = settings
        self.http = http

    def send(self, call: Call) -> httpx.Response:
        """An answer of success, read in full."""
        failed = 0
        while True:
            try:
                return self._attempt(call)
            except MemoirError as error:
                pause = pause_before_retry(call, error, failed, self.settings.retries)
                if pause is None:
                    raise
            failed += 1
            time.sleep(pause)

    def _attempt(self, call: Call) -> httpx.Response:
        try:
            response = self.http.request(**call.arguments(self.settings))
        except httpx.TransportError as error:
            raise connection_error(error, self.settings) from error
        if not response.is_success:
            raise error_of(response)
        return response

    def ask(self, call: Call, shape: type[Answer]) -> Answer:
        """The body of the answer."""
        return read(self.send(call), shape)

    def page(self, call: Call, shape: type[Item]) -> Page[Item]:
        """A page of a list, which knows how to get the next."""
        listed = self.ask(call, Listed[shape])  # type: ignore[valid-type]

        def fetch(cursor: str) -> Page[Item]:
            return self.page(Call(call.method, call.path, query={**call.query, "cursor": cursor}), shape)

        return Page(listed.items, listed.next_cursor, fetch)

    @contextmanager
    def stream(self, call: Call, timeout: float | None = None) -> Iterator[httpx.Response]:
        """An answer that is read as it comes; it is not tried again here."""
        arguments = call.arguments(self.settings, timeout)
        try:
            with self.http.stream(**arguments) as response:
                if not response.is_success:
                    response.read()
                    raise error_of(response)
                yield response
        except httpx.TransportError as error:
            raise connection_error(error, self.settings) from error


def lines_of(response: httpx.Response) -> Iterator[str]:
    """Lines of a body, which end with a line feed alone: JSON may hold what else Unicode calls the end of a line."""
    rest = b""
    for chunk in response.iter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode()
    if rest:
        yield rest.decode()
