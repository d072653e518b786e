"""Requests, and which of them may be sent again; the same for the sync and the async client."""

from __future__ import annotations

import json
import os
import random
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote, urlsplit

import httpx
from pydantic import TypeAdapter, ValidationError

from memoir_client._errors import MemoirConnectionError, MemoirError
from memoir_client._version import __version__

DEFAULT_URL = "http://127.0.0.1:8080"
# Longer than anything the API answers takes, but for what is waited for on purpose.
DEFAULT_TIMEOUT_SECONDS = 30.0
DEFAULT_RETRIES = 2

FIRST_PAUSE_SECONDS = 0.25
# A longer wait is an error with `retry_after`.
MAX_PAUSE_SECONDS = 10.0
# The other side was away, or busy.
TRANSIENT_STATUS = frozenset({429, 502, 503, 504})

Time = str | date | datetime
"""ISO 8601, or a date in UTC, or a datetime; one without a zone is in that of this machine."""

Answer = TypeVar("Answer")


class Unset(Enum):
    """What was not given, where `None` means something."""

    UNSET = "UNSET"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True)
class Settings:
    """Where Memoir is, and how it is asked."""

    url: str
    key: str | None = field(repr=False)
    namespace: str | None
    timeout: float
    retries: int

    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {
            "accept": "application/json",
            "user-agent": f"memoir-client-python/{__version__}",
            **({} if self.key is None else {"authorization": f"Bearer {self.key}"}),
            **({} if self.namespace is None else {"memoir-namespace": self.namespace}),
        }


def settings_of(url: str | None, key: str | None, namespace: str | None, timeout: float, retries: int) -> Settings:
    """Settings with what was not given taken from MEMOIR_URL and MEMOIR_KEY."""
    url = (url or os.environ.get("MEMOIR_URL") or DEFAULT_URL).rstrip("/")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise ValueError(f"url: {url!r} is not an address such as {DEFAULT_URL}")
    return Settings(url, key or os.environ.get("MEMOIR_KEY") or None, namespace, timeout, retries)


@dataclass(frozen=True)
class Call:
    """One request."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    """Whether a second try does no harm: reads, and writes that carry a key or say how things are to be."""

    def arguments(self, settings: Settings, timeout: float | None = None) -> dict[str, Any]:
        """What httpx is told."""
        return {
            "method": self.method,
            "url": settings.url + self.path,
            "params": {name: _query_value(value) for name, value in self.query.items()},
            "headers": {**settings.headers(), **self.headers},
            "timeout": timeout or settings.timeout,
            **({} if self.body is None else {"json": self.body}),
        }


def keyed(path: str, body: Any = None, key: str | None = None, method: str = "POST", **more: Any) -> Call:
    """A write that the API does once per idempotency key, however often it is sent."""
    headers = {"idempotency-key": key or str(uuid.uuid4()), **more.pop("headers", {})}
    return Call(method, path, body=body, headers=headers, **more)


def if_match(revision: int | None) -> dict[str, str]:
    """The header that refuses a write to a memory of another revision."""
    return {} if revision is None else {"if-match": f'"{revision}"'}


def path_of(*parts: str) -> str:
    """A path of fixed parts and of ids, which may hold anything."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def fields(**given: Any) -> dict[str, Any]:
    """Fields of a body or a query: those that were given, in the API's names and types."""
    return {
        name.rstrip("_"): json_value(value) for name, value in given.items() if value is not None and value is not UNSET
    }


def changes(**given: Any) -> dict[str, Any]:
    """Fields of a change, where `None` empties a field."""
    return {name: json_value(value) for name, value in given.items() if value is not UNSET}


def listed(value: str | Sequence[str] | None) -> list[str] | None:
    """One name or several, as several."""
    if value is None:
        return None
    return [value] if isinstance(value, str) else list(value)


def json_value(value: Any) -> Any:
    """A value as JSON has it: times as text, whatever can be gone through as a list."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.astimezone()).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: json_value(inner) for name, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [json_value(inner) for inner in value]
    return value


def _query_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict) else str(value)


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def read(response: httpx.Response, shape: type[Answer]) -> Answer:
    """The body of an answer of success."""
    try:
        return cast(Answer, _adapter(cast(Any, shape)).validate_json(response.content))
    except ValidationError as error:
        request = response.request
        raise MemoirError(
            f"The answer to {request.method} {request.url.path} is not what Memoir answers: "
            f"{error.error_count()} problems, the first in {error.errors()[0]['loc']}.",
            status=response.status_code,
            request_id=response.headers.get("x-request-id"),
        ) from error


def connection_error(error: httpx.TransportError, settings: Settings) -> MemoirConnectionError:
    """What httpx could not do, without what the address may hold of secrets."""
    origin = httpx.URL(settings.url).copy_with(username=None, password=None)
    if isinstance(error, httpx.TimeoutException):
        return MemoirConnectionError(f"{origin} did not answer within {settings.timeout:g} seconds.", code="timed_out")
    return MemoirConnectionError(f"Nothing answers at {origin}: {error}", code="unreachable")


def pause_before_retry(call: Call, error: MemoirError, failed: int, retries: int) -> float | None:
    """Seconds until the next try of a request that has failed so many times before; `None`: there is none."""
    if failed >= retries:
        return None
    if not call.repeatable and not isinstance(error.__cause__, httpx.ConnectError):
        return None
    transient = (
        isinstance(error, MemoirConnectionError) or error.status in TRANSIENT_STATUS or error.code == "in_progress"
    )
    if not transient or (error.retry_after or 0) > MAX_PAUSE_SECONDS:
        return None
    if error.retry_after is not None:
        return error.retry_after
    # Many clients that failed together come back apart.
    doubled = FIRST_PAUSE_SECONDS * 2.0**failed
    return min(doubled * random.uniform(0.5, 1), MAX_PAUSE_SECONDS)  # noqa: S311
