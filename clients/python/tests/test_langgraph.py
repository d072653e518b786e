"""The store of LangGraph, against a running Memoir and in a real graph."""

from __future__ import annotations

import pytest

from memoir_client import Memoir

pytest.importorskip("langgraph.store.base", reason="the extra langgraph is not installed")

from langgraph.graph import END, START, StateGraph
from langgraph.store.base import BaseStore, GetOp, PutOp, SearchOp
from typing_extensions import TypedDict

from memoir_client.langgraph import MemoirStore


@pytest.fixture
def store(client: Memoir) -> MemoirStore:
    return MemoirStore(client)


def test_an_item_is_put_got_replaced_and_deleted(store: MemoirStore, user: str) -> None:
    space = (user, "preferences")
    value = {"text": "She likes tea.", "strength": 0.5, "tags": ["taste"], "deep": {"er": None}}
    store.put(space, "drink", value)
    item = store.get(space, "drink")
    store.put(space, "drink", {"text": "She likes coffee."})
    replaced = store.get(space, "drink")

    assert item is not None
    assert (item.namespace, item.key, item.value) == (space, "drink", value)
    assert item.created_at.tzinfo is not None
    assert replaced is not None
    assert replaced.value == {"text": "She likes coffee."}
    assert store.get((user,), "drink") is None
    assert store.get((*space, "drink"), "drink") is None
    store.delete(space, "drink")
    store.delete(space, "drink")
    assert store.get(space, "drink") is None
    store.put(space, "drink", {"text": "She likes water."})
    assert store.get(space, "drink") is not None


def test_a_query_finds_by_text_within_a_prefix(store: MemoirStore, user: str) -> None:
    store.put((user, "health"), "a", {"text": "She is allergic to penicillin."})
    store.put((user, "food"), "b", {"text": "She is allergic to peanuts."})
    store.put((user, "health"), "c", {"text": "The word penicillin alone."}, index=False)

    health = store.search((user, "health"), query="penicillin")
    everything = store.search((user,), query="What is she allergic to?")

    assert [item.key for item in health] == ["a"]
    assert health[0].score is not None
    assert {item.key for item in everything} == {"a", "b"}


def test_lists_filter_and_page(store: MemoirStore, user: str) -> None:
    for n in range(5):
        store.put((user, "n", str(n % 2)), str(n), {"n": n, "kind": "even" if n % 2 == 0 else "odd"})

    def keys(**options: object) -> list[str]:
        return [item.key for item in store.search((user, "n"), **options)]  # type: ignore[arg-type]

    assert keys() == ["4", "3", "2", "1", "0"]
    assert keys(limit=2, offset=1) == ["3", "2"]
    assert keys(filter={"kind": "odd"}) == ["3", "1"]
    assert keys(filter={"n": {"$gte": 1, "$lt": 4}, "kind": {"$ne": "odd"}}) == ["2"]
    assert keys(filter={"missing": {"$gt": 1}}) == []
    assert [item.key for item in store.search((user, "n", "1"))] == ["3", "1"]
    with pytest.raises(ValueError, match=r"\$near is not known"):
        keys(filter={"n": {"$near": 1}})


def test_namespaces_are_listed(store: MemoirStore, user: str) -> None:
    for space in [(user, "a", "x"), (user, "a", "y"), (user, "b")]:
        store.put(space, "k", {"text": "."})

    assert store.list_namespaces(prefix=(user,)) == [(user, "a", "x"), (user, "a", "y"), (user, "b")]
    assert store.list_namespaces(prefix=(user,), max_depth=2) == [(user, "a"), (user, "b")]
    assert store.list_namespaces(prefix=(user, "*", "x")) == [(user, "a", "x")]
    assert store.list_namespaces(prefix=(user,), suffix=("y",), limit=1) == [(user, "a", "y")]
    assert (user, "b") in store.list_namespaces(suffix=("b",), limit=1000)


def test_whose_an_item_is_has_to_be_known(client: Memoir, store: MemoirStore, user: str) -> None:
    with pytest.raises(ValueError, match="first label is the user"):
        store.search(())
    own = MemoirStore(client, user_id=user, fields=["text"])
    own.put(("shared", "notes"), "k", {"text": "The lake.", "secret": "hidden words"})
    assert [item.key for item in own.search((), query="lake")] == ["k"]
    assert [memory.content for memory in client.memories.list(user_id=user)] == ["The lake."]
    assert own.list_namespaces() == [("shared", "notes")]


async def test_operations_come_in_batches(store: MemoirStore, user: str) -> None:
    space = (user, "batch")
    results = await store.abatch(
        [
            PutOp(space, "a", {"text": "One."}),
            GetOp(space, "a"),
            SearchOp(space),
            PutOp(space, "a", None),
            GetOp(space, "a"),
        ]
    )
    assert [type(result).__name__ for result in results] == ["NoneType", "Item", "list", "NoneType", "NoneType"]


def test_a_graph_remembers_between_threads(store: MemoirStore, user: str) -> None:
    class State(TypedDict):
        said: str
        answer: str

    def reply(state: State, *, store: BaseStore) -> dict[str, str]:
        known = store.search((user, "facts"), query=state["said"])
        store.put((user, "facts"), state["said"], {"text": state["said"]})
        return {"answer": known[0].value["text"] if known else "nothing yet"}

    builder = StateGraph(State)
    builder.add_node("reply", reply)
    builder.add_edge(START, "reply")
    builder.add_edge("reply", END)
    graph = builder.compile(store=store)

    assert graph.invoke({"said": "My sister lives in Oslo.", "answer": ""})["answer"] == "nothing yet"
    again = graph.invoke({"said": "Where does my sister live?", "answer": ""})["answer"]
    assert again == "My sister lives in Oslo."
