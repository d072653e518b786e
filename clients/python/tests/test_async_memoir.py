"""The async client against a running Memoir: the sync one is generated from it, so the ways of waiting count."""

from __future__ import annotations

import asyncio

import pytest

from memoir_client import AsyncMemoir, NotFoundError


async def test_it_remembers_waits_and_recalls(async_client: AsyncMemoir, user: str) -> None:
    accepted = await asyncio.gather(
        *(async_client.remember(f"Lake number {n} is cold.", user_id=user) for n in range(3))
    )
    jobs = await asyncio.gather(*(async_client.jobs.wait(one, timeout=60) for one in accepted))

    found = await async_client.recall("Which lake is cold?", user_id=user)

    assert [job.state for job in jobs] == ["succeeded"] * 3
    assert {hit.id for hit in found.hits} == {one.ids[0] for one in accepted}


async def test_it_goes_through_pages_and_records(async_client: AsyncMemoir, user: str) -> None:
    await async_client.memories.create_batch([{"content": f"Note {n}."} for n in range(5)], user_id=user)

    page = await async_client.memories.list(user_id=user, limit=2)

    assert sorted([memory.content async for memory in page]) == [f"Note {n}." for n in range(5)]
    assert len([record async for record in async_client.users.export(user)]) >= 5


async def test_it_follows_a_job(async_client: AsyncMemoir, user: str) -> None:
    accepted = await async_client.sessions.create("User: I have a dog.\nAssistant: Nice.", user_id=user)
    states = [job.state async for job in async_client.jobs.watch(accepted, timeout=60)]
    assert states[-1] == "succeeded"
    with pytest.raises(NotFoundError):
        await async_client.memories.get("0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10")


async def test_a_wait_can_be_cancelled(async_client: AsyncMemoir, user: str) -> None:
    accepted = await async_client.remember("Soon.", user_id=user)
    waiting = asyncio.create_task(async_client.jobs.wait(accepted))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await async_client.jobs.wait(accepted, timeout=60)).state == "succeeded"
