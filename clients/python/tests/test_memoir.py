"""What a program does with memories, against a running Memoir."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from memoir_client import AuthenticationError, ConflictError, Memoir, MemoirError, NotFoundError


def test_what_was_remembered_is_recalled(client: Memoir, user: str) -> None:
    accepted = client.remember("I am allergic to penicillin.", user_id=user, tags="health", importance=9)
    job = client.jobs.wait(accepted, timeout=60)

    found = client.recall("What is Maya allergic to?", user_id=user, k=3, tags=["health"])

    assert job.state == "succeeded"
    assert [hit.id for hit in found.hits] == accepted.ids
    assert found.hits[0].content == "I am allergic to penicillin."
    assert found.hits[0].importance == 9
    assert found.hits[0].occurred_at.tzinfo is not None
    assert client.recall("penicillin", user_id=user, tags="food").hits == []
    assert client.recall("penicillin", user_id=user, filter={"importance": {"lt": 9}}).hits == []
    rated = {"and": [{"importance": {"gte": 9}}, {"not": {"tags": {"contains": "food"}}}]}
    assert [memory.id for memory in client.memories.list(user_id=user, filter=rated)] == accepted.ids


def test_a_context_cites_and_an_answer_rests_on_memories(client: Memoir, user: str) -> None:
    accepted = client.remember("I moved to Lisbon in May.", user_id=user, role="user")
    client.jobs.wait(accepted, timeout=60)

    context = client.context("Where does Maya live?", user_id=user, max_tokens=200)
    answer = client.ask("Where did I move to in May?", user_id=user)
    unknown = client.ask("What is the name of her dog?", user_id=f"{user}-nobody")

    assert "Lisbon" in context.context
    assert [citation.id for citation in context.citations] == accepted.ids
    assert answer.known
    assert [citation.id for citation in answer.citations] == accepted.ids
    assert not unknown.known


def test_messages_and_batches(client: Memoir, user: str) -> None:
    messages = client.remember(
        messages=[{"role": "user", "content": "I play the cello."}, {"role": "assistant", "content": "Nice."}],
        infer=False,
        user_id=user,
    )
    batch = client.memories.create_batch(
        [{"content": "She likes tea.", "tags": ["taste"]}, {"content": "She has a cat."}], user_id=user
    )

    assert (len(messages.ids), len(batch.ids)) == (2, 2)
    assert {memory.id for memory in client.memories.list(user_id=user)} == {*messages.ids, *batch.ids}


def test_a_memory_is_read_changed_and_removed(client: Memoir, user: str) -> None:
    (memory_id,) = client.remember("Maya likes tea.", user_id=user, session_id="s-1", metadata={"from": "chat"}).ids
    before = client.memories.get(memory_id)
    client.memories.update(memory_id, content="Maya likes coffee.", session_id=None, revision=before.revision)

    with pytest.raises(ConflictError) as late:
        client.memories.update(memory_id, content="x", revision=before.revision)
    assert (late.value.code, late.value.status) == ("precondition_failed", 412)

    after = client.memories.get(memory_id)
    assert (after.content, after.session_id, after.metadata) == ("Maya likes coffee.", None, {"from": "chat"})
    assert [revision.content for revision in client.memories.history(memory_id)] == [
        "Maya likes coffee.",
        "Maya likes tea.",
    ]

    client.memories.delete(memory_id)
    assert client.memories.list(user_id=user).items == []
    client.memories.restore(memory_id)
    assert [memory.id for memory in client.memories.list(user_id=user, metadata={"from": "chat"})] == [memory_id]
    client.jobs.wait(client.memories.delete(memory_id, hard=True), timeout=60)
    with pytest.raises(NotFoundError):
        client.memories.get(memory_id)


def test_lists_are_read_page_by_page(client: Memoir, user: str) -> None:
    client.memories.create_batch([{"content": f"Note {n}."} for n in range(5)], user_id=user)

    page = client.memories.list(user_id=user, limit=2)
    second = page.next_page()

    assert len(page.items) == 2
    assert page.next_cursor is not None
    assert second is not None
    assert len({memory.id for memory in page.items + second.items}) == 4
    assert sorted(memory.content for memory in page) == [f"Note {n}." for n in range(5)]
    assert [memory.content for memory in client.memories.list(user_id=f"{user}-nobody")] == []


def test_times_are_given_as_python_has_them(client: Memoir, user: str) -> None:
    old = datetime(2024, 3, 4, 18, 3, tzinfo=timezone(timedelta(hours=2)))
    (memory_id,) = client.remember("The wedding.", user_id=user, occurred_at=old).ids

    assert client.memories.get(memory_id).occurred_at == old
    assert len(client.memories.list(user_id=user, from_=old.date(), to=old + timedelta(hours=1)).items) == 1
    assert client.memories.list(user_id=user, from_=datetime(2025, 1, 1)).items == []


def test_a_transcript_becomes_memories(client: Memoir, user: str) -> None:
    transcript = [
        {"role": "user", "content": "I moved to Lisbon in May 2025."},
        {"role": "assistant", "content": "Anything I should know?"},
        {"role": "user", "content": "I am allergic to peanuts."},
    ]
    accepted = client.sessions.create(transcript, user_id=user, session_id="call-1")  # type: ignore[arg-type]
    client.jobs.wait(accepted, timeout=60)

    session = client.sessions.get("call-1", user_id=user)

    assert session.status == "processed"
    assert any("peanuts" in memory.content for memory in session.memories)
    assert [one.session_id for one in client.sessions.list(user_id=user)] == ["call-1"]


def test_forgetting_counts_first(client: Memoir, user: str) -> None:
    client.jobs.wait(client.remember("The lake was cold.", user_id=user))

    would = client.forget(user_id=user, dry_run=True).tombstone
    kept = client.memories.list(user_id=user).items
    done = client.forget(user_id=user).tombstone

    assert (would.counts.traces, would.forgotten_at, len(kept)) == (1, None, 1)
    assert (done.counts.traces, done.forgotten_at is not None) == (1, True)
    assert client.memories.list(user_id=user).items == []


def test_a_user_is_exported_and_erased(client: Memoir, user: str) -> None:
    text = "One line\u2028and\u0085another."
    client.jobs.wait(client.remember(text, user_id=user))

    assert client.users.get(user).memories == 1
    records = list(client.users.export(user))
    erased = client.users.erase(user)
    job = client.jobs.wait(erased, timeout=120)

    assert any(text in str(record.values()) or record.get("content") == text for record in records)
    assert job.kind == "erase"
    assert client.users.erasure(erased.id).finished_at is not None
    assert user not in [one.user_id for one in client.users.list()]


def test_a_narrative_says_its_state(client: Memoir, user: str) -> None:
    client.remember("I sail.", user_id=user)
    narrative = client.narratives.get(user, analysis=False)
    assert narrative.user_id == user
    assert narrative.narrative is None
    assert [version.version for version in client.narratives.versions(user)] == []


def test_jobs_are_followed_to_their_end(client: Memoir, user: str) -> None:
    seen: list[str] = []
    accepted = client.remember("She sails.", user_id=user)
    job = client.jobs.wait(accepted.job, timeout=60, on_progress=lambda job: seen.append(job.state))

    assert seen[-1] == "succeeded"
    assert client.jobs.get(job.id).state == "succeeded"
    assert client.jobs.wait(job).id == job.id
    assert accepted.job in [one.id for one in client.jobs.list(limit=20).items]
    with pytest.raises(NotFoundError):
        client.jobs.wait("0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10", timeout=60)


def test_the_same_key_writes_once(client: Memoir, user: str) -> None:
    first = client.remember("Once.", user_id=user, idempotency_key=f"{user}-1")
    again = client.remember("Once.", user_id=user, idempotency_key=f"{user}-1")

    assert again.ids == first.ids
    with pytest.raises(ConflictError) as other:
        client.remember("Twice.", user_id=user, idempotency_key=f"{user}-1")
    assert other.value.field == "Idempotency-Key"


def test_what_is_refused_says_which_field_and_why(client: Memoir, user: str) -> None:
    with pytest.raises(MemoirError) as refused:
        client.remember("x", user_id=user, importance=11)
    error = refused.value
    assert (error.code, error.status, error.field) == ("invalid_request", 400, "importance")
    assert error.request_id is not None
    assert error.request_id in str(error)

    with pytest.raises(AuthenticationError) as locked:
        Memoir(key="wrong").keys.current()
    assert "wrong" not in str(locked.value)


def test_administration(client: Memoir, user: str) -> None:
    made = client.keys.create("app", role="service", user_id=user)
    with Memoir(key=made.key) as bound:
        assert bound.keys.current().user_id == user
        (memory_id,) = bound.remember("Bound.").ids
        assert [memory.id for memory in bound.memories.list()] == [memory_id]
        with pytest.raises(MemoirError) as forbidden:
            bound.keys.list()
        assert (forbidden.value.status, forbidden.value.code) == (403, "forbidden")
    assert made.id in [key.id for key in client.keys.list()]
    client.keys.revoke(made.id)

    assert client.status().stores.vector_store.available
    assert client.stats(days=1).items[0].namespace == "default"
    assert client.backfills.estimate().conversations >= 0
    assert client.sync.get().status == "idle"
    assert client.settings.get_budget().spent_today >= 0
    assert client.graph(user).truncated is False
    elsewhere = client.with_options(namespace="elsewhere")
    client.keys.create("other", role="reader", namespace="elsewhere")
    assert elsewhere.memories.list(user_id=user).items == []


def test_notes_imports_and_backfills(client: Memoir, user: str) -> None:
    note = client.notes.create("The museum opens in June.", user_id=user)
    assert client.notes.connections(note.ids[0]).items == []

    at = "2026-03-01T09:00:00Z"
    lake = {"id": f"lake-{user}", "user_id": user, "created_at": at}
    words = ("We hiked to the lake.", "How was it?", "Cold and clear.", "Good.")
    messages = [
        {"id": f"{user}-{n}", "role": "assistant" if n % 2 else "user", "content": text, "created_at": at}
        for n, text in enumerate(words)
    ]
    imported = client.imports.create(conversations=[{**lake, "messages": messages}, {**lake, "id": ""}])
    assert (imported.conversations, len(imported.rejected)) == (1, 1)

    job = client.jobs.wait(client.backfills.create(), timeout=120)
    assert job.progress["created"] >= 1
    assert client.backfills.failures(job.id).items == []
    found = client.recall("hike to the lake", user_id=user, kinds="message").hits
    assert "We hiked to the lake." in [hit.content for hit in found]


def test_what_happened_is_read_and_followed(client: Memoir, user: str) -> None:
    (first,) = client.remember("Maya paints.", user_id=user).ids
    (second,) = client.remember("Maya sings.", user_id=user).ids

    created = [event for event in client.events.list(types="memory.created", limit=2) if event.user_id == user]
    follow = client.events.follow(types=["memory.created"], cursor=created[0].cursor)

    assert [str(event.data.memory_id) for event in created] == [first, second]
    assert str(next(follow).data.memory_id) == second
    follow.close()
    assert client.webhooks.list().items == []


def test_any_route_can_be_asked(client: Memoir, user: str) -> None:
    answer = client.request("GET", "/v1/recall", query={"q": "x", "user_id": user, "kinds": ["fact", "note"]})
    assert answer["hits"] == []
    with pytest.raises(NotFoundError, match="does not have GET /v1/tomorrow; it may be older"):
        client.request("GET", "/v1/tomorrow")


def test_a_day_is_consolidated_when_asked(client: Memoir, user: str) -> None:
    client.jobs.wait(client.remember("We sailed.", user_id=user, occurred_at="2026-01-01T10:00:00Z"))

    accepted = client.consolidations.create(user_id=user, day=date(2026, 1, 1), dry_run=True)
    client.jobs.wait(accepted, timeout=60)

    run = client.consolidations.get(accepted.id)
    assert (run.day, run.dry_run, run.user_id) == (date(2026, 1, 1), True, user)
