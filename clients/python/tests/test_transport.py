"""What happens when a server is in trouble, older, newer, or no Memoir at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from memoir_client import (
    AsyncMemoir,
    JobFailedError,
    JobTimeoutError,
    Memoir,
    MemoirConnectionError,
    MemoirError,
    NotFoundError,
    RateLimitError,
)

Scripted = Callable[..., Any]

ACCEPTED = {"id": "m-1", "job": "j-1", "status": "queued", "ids": ["m-1"]}
FOUND = {"hits": [], "degraded": [], "took_ms": 1}


def refusal(status: int, code: str, message: str = "No.", headers: dict[str, str] | None = None) -> httpx.Response:
    error = {"code": code, "message": message, "request_id": "r-1"}
    return httpx.Response(status, json={"error": error}, headers=headers)


def busy(after: str | None = None) -> httpx.Response:
    return refusal(503, "store_unavailable", headers={} if after is None else {"retry-after": after})


def test_a_write_is_sent_again_with_its_key(scripted: Scripted, pauses: list[float]) -> None:
    lost = httpx.ReadError("connection reset")
    client = scripted(lost, busy(), httpx.Response(202, json=ACCEPTED))

    assert client.remember("x", user_id="maya").job == "j-1"
    keys = [request.headers["idempotency-key"] for request in client.asked]
    assert len(set(keys)) == 1
    assert len(pauses) == 2
    assert 0.1 <= pauses[0] <= 0.25 <= pauses[1] <= 0.5


def test_the_time_that_memoir_asks_for_is_waited(scripted: Scripted, pauses: list[float]) -> None:
    limited = refusal(429, "rate_limited", headers={"retry-after": "3"})
    dated = busy(formatdate(0, usegmt=True))
    assert scripted(limited, dated, httpx.Response(200, json=FOUND)).recall("x", user_id="maya").hits == []
    assert pauses == [3.0, 0.0]


def test_who_is_asked_to_wait_long_is_told(scripted: Scripted, pauses: list[float]) -> None:
    client = scripted(refusal(429, "rate_limited", headers={"retry-after": "60"}))
    with pytest.raises(RateLimitError) as limited:
        client.recall("x", user_id="maya")
    assert (limited.value.retry_after, pauses) == (60.0, [])


def test_tries_are_counted(scripted: Scripted, pauses: list[float]) -> None:
    client = scripted(*(busy() for _ in range(4)), retries=3)
    with pytest.raises(MemoirError) as away:
        client.recall("x", user_id="maya")
    assert (away.value.code, len(client.asked), len(pauses)) == ("store_unavailable", 4, 3)


def test_what_may_not_be_done_twice_is_sent_once(scripted: Scripted, pauses: list[float]) -> None:
    calls: tuple[Callable[[Memoir], object], ...] = (
        lambda client: client.keys.create("app", role="service"),
        lambda client: client.jobs.retry("j-1"),
        lambda client: client.request("POST", "/v1/keys", body={}),
    )
    for call in calls:
        client = scripted(busy(), busy())
        with pytest.raises(MemoirError):
            call(client)
        assert len(client.asked) == 1
    # A connection that never came about has sent nothing.
    client = scripted(httpx.ConnectError("refused"), httpx.Response(201, json={"key": "mk_1"}))
    assert client.keys.create("app", role="service").key == "mk_1"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 500])
def test_what_another_try_cannot_change_is_sent_once(scripted: Scripted, status: int) -> None:
    client = scripted(refusal(status, "x"))
    with pytest.raises(MemoirError) as refused:
        client.recall("x", user_id="maya")
    assert (refused.value.status, refused.value.request_id) == (status, "r-1")


def test_a_write_that_is_still_under_way_is_asked_for_again(scripted: Scripted, pauses: list[float]) -> None:
    client = scripted(refusal(409, "in_progress"), httpx.Response(202, json=ACCEPTED))
    assert client.remember("x").job == "j-1"


def test_nobody_there_and_no_answer_in_time(scripted: Scripted, pauses: list[float]) -> None:
    with pytest.raises(MemoirConnectionError, match=r"Nothing answers at http://memoir\.test") as nobody:
        scripted(httpx.ConnectError("refused"), retries=0).status()
    assert (nobody.value.status, nobody.value.code) == (None, "unreachable")
    with pytest.raises(MemoirConnectionError, match="within 2 seconds") as late:
        scripted(httpx.ReadTimeout("x"), retries=0, timeout=2).status()
    assert late.value.code == "timed_out"


def test_what_is_not_memoir_is_said(scripted: Scripted) -> None:
    for answer in (
        httpx.Response(404, text="<html>Not here</html>"),
        httpx.Response(302, headers={"location": "http://evil.test"}),
        httpx.Response(400, json=["no"]),
    ):
        client = scripted(answer)
        with pytest.raises(MemoirError, match="something that is not Memoir") as strange:
            client.status()
        assert strange.value.code == "unknown"
        assert len(client.asked) == 1
    for body in ("<html>", "[]", ""):
        with pytest.raises(MemoirError, match="is not what Memoir answers"):
            scripted(httpx.Response(200, text=body)).status()


def test_a_newer_server_says_more(scripted: Scripted) -> None:
    job = {"id": "j-1", "kind": "telepathy", "state": "dreaming", "mood": "good", "error": None}
    known = scripted(httpx.Response(200, json=job)).jobs.get("j-1")
    assert (known.kind, known.state, known.model_extra) == ("telepathy", "dreaming", {"mood": "good"})
    with pytest.raises(MemoirError) as refused:
        scripted(refusal(418, "teapot")).status()
    assert (refused.value.code, refused.value.status) == ("teapot", 418)


def test_an_older_server_says_less(scripted: Scripted) -> None:
    hit = {"id": "m-1", "content": "Tea.", "scores": {"relevance": 0.9}}
    (found,) = scripted(httpx.Response(200, json={"hits": [hit]})).recall("tea").hits
    assert (found.content, found.scores.relevance) == ("Tea.", 0.9)
    assert found.occurred_at is None
    missing = refusal(404, "not_found", "There is no such route.")
    with pytest.raises(NotFoundError, match="does not have GET /v1/graph; it may be older than this client"):
        scripted(missing).graph("maya")


def test_ids_may_hold_anything(scripted: Scripted) -> None:
    client = scripted(httpx.Response(200, json={"user_id": "x"}))
    client.narratives.get("a/b?c#d é")
    assert client.asked[0].url.raw_path == b"/v1/narratives/a%2Fb%3Fc%23d%20%C3%A9"


def test_only_what_was_given_is_sent(scripted: Scripted) -> None:
    client = scripted(httpx.Response(200, json=FOUND), httpx.Response(202, json=ACCEPTED))
    client.recall("x", user_id="maya", kinds="fact", from_="2026-01-01", with_=["recency"], include_superseded=False)
    client.memories.update("m-1", role=None, revision=3)
    assert json.loads(client.asked[0].content) == {
        "q": "x",
        "user_id": "maya",
        "kinds": ["fact"],
        "from": "2026-01-01",
        "with": ["recency"],
        "include_superseded": False,
    }
    assert json.loads(client.asked[1].content) == {"role": None}
    assert client.asked[1].headers["if-match"] == '"3"'
    assert client.asked[0].headers["authorization"] == "Bearer a-secret-key"


def test_address_and_key_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMOIR_URL", "https://memoir.example.com/")
    monkeypatch.setenv("MEMOIR_KEY", "a-secret-key")
    client = Memoir(namespace="acme")
    assert repr(client) == "Memoir('https://memoir.example.com')"
    assert client._transport.settings.headers()["memoir-namespace"] == "acme"
    assert "a-secret-key" not in repr(client._transport.settings)
    with pytest.raises(ValueError, match="url: 'memoir' is not an address"):
        Memoir("memoir")


def event(job: dict[str, Any], id: str) -> str:
    return f"event: job\nid: {id}\ndata: {json.dumps(job)}\n\n"


def events(*parts: str) -> httpx.Response:
    return httpx.Response(200, text="".join(parts), headers={"content-type": "text/event-stream"})


RUNNING = {"id": "j-1", "kind": "memory", "state": "running", "error": None}
DONE = {**RUNNING, "state": "succeeded"}


def test_a_stream_that_breaks_off_is_taken_up_where_it_was(scripted: Scripted, pauses: list[float]) -> None:
    answers = (events(event(RUNNING, "a"), ": keep-alive\n\n"), httpx.Response(200, json=RUNNING), busy("2"))
    client = scripted(*answers, events(event(DONE, "b")))
    assert [job.state for job in client.jobs.watch("j-1")] == ["running", "succeeded"]
    assert client.asked[-1].headers["last-event-id"] == "a"
    assert pauses == [1.0, 2.0]


def test_an_end_that_was_said_before_is_found(scripted: Scripted, pauses: list[float]) -> None:
    client = scripted(events(), httpx.Response(200, json=DONE))
    assert client.jobs.wait("j-1").state == "succeeded"


def test_a_job_that_failed_says_why(scripted: Scripted) -> None:
    error = {"code": "vendor_refused", "message": "The model is not known.", "step": "embed"}
    failed = {**RUNNING, "state": "failed", "error": error}
    with pytest.raises(JobFailedError, match=r"Job j-1: The model is not known\. \(vendor_refused\)") as why:
        scripted(events(event(failed, "a"))).jobs.wait("j-1")
    assert why.value.job.error is not None
    assert why.value.job.error.step == "embed"
    with pytest.raises(JobFailedError, match="the job is cancelled"):
        scripted(events(event({**RUNNING, "state": "cancelled"}, "a"))).jobs.wait("j-1")


def test_a_wait_is_bounded(scripted: Scripted, pauses: list[float]) -> None:
    client = scripted(events(event(RUNNING, "a"), ": keep-alive\n\n"))
    with pytest.raises(JobTimeoutError, match="has not ended after 0 seconds; it goes on") as late:
        client.jobs.wait("j-1", timeout=0)
    assert late.value.job_id == "j-1"
    assert isinstance(late.value, TimeoutError)


def test_a_stream_that_never_comes_is_given_up(scripted: Scripted, pauses: list[float]) -> None:
    client = scripted(*(busy() for _ in range(6)))
    with pytest.raises(MemoirError) as away:
        client.jobs.wait("j-1")
    assert (away.value.code, len(pauses)) == ("store_unavailable", 5)


def test_a_client_of_its_own_is_closed_and_another_is_not(scripted: Scripted) -> None:
    own = Memoir("http://memoir.test")
    with own.with_options(timeout=1):
        pass
    assert not own._transport.http.is_closed
    own.close()
    assert own._transport.http.is_closed
    lent = scripted()
    with lent:
        pass
    assert not lent._transport.http.is_closed


async def test_the_async_client_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("asyncio.sleep", sleep)
    answers = [busy("1"), httpx.Response(202, json=ACCEPTED)]
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answers.pop(0)))
    client = AsyncMemoir("http://memoir.test", http_client=http)
    assert (await client.remember("x")).job == "j-1"
    assert slept == [1.0]
    await http.aclose()
