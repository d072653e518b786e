"""Connections that a client makes for itself."""

from __future__ import annotations

import contextlib

import httpx


class OwnClient(httpx.Client):
    """Closed with the last client that uses it, since scripts seldom close theirs."""

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()


class AsyncOwnClient(httpx.AsyncClient):
    """Closed by `aclose`: nothing can be awaited when it is let go."""
