from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from memoir_client import AsyncMemoir, Memoir


@pytest.fixture(scope="session", autouse=True)
def _running_memoir() -> None:
    if "MEMOIR_URL" not in os.environ:
        pytest.exit("MEMOIR_URL and MEMOIR_KEY name the running Memoir that these tests are for")


@pytest.fixture
def client() -> Iterator[Memoir]:
    with Memoir() as memoir:
        yield memoir


@pytest.fixture
async def async_client() -> AsyncIterator[AsyncMemoir]:
    async with AsyncMemoir() as memoir:
        yield memoir


@pytest.fixture
def user() -> str:
    """A user of whom nothing is remembered yet."""
    return f"maya-{uuid.uuid4()}"


Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def scripted() -> Callable[..., Memoir]:
    """A client of a server that answers as a test says, for what a real one does only when it is in trouble."""

    def make(*answers: httpx.Response | Exception, **options: object) -> Memoir:
        waiting = list(answers)
        asked: list[httpx.Request] = []

        def handle(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            answer = waiting.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        http = httpx.Client(transport=httpx.MockTransport(handle))
        memoir = Memoir("http://memoir.test", "a-secret-key", http_client=http, **options)  # type: ignore[arg-type]
        memoir.asked = asked  # type: ignore[attr-defined]
        return memoir

    return make


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was slept, instead of sleeping."""
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept
