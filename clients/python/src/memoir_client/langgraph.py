"""A store of LangGraph that keeps its items in Memoir: `pip install "memoir-client[langgraph]"`.

    from langgraph.graph import StateGraph
    from memoir_client import Memoir
    from memoir_client.langgraph import MemoirStore

    graph = builder.compile(store=MemoirStore(Memoir()))

An item is a memory: its text is what recall finds, its value, namespace and key are metadata of it. It belongs to one
user, whose id is the first label of its namespace, as in `("maya", "preferences")`, unless the store has a `user_id`.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from langgraph.store.base import (
    BaseStore,
    GetOp,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
    get_text_at_path,
    tokenize_path,
)

from memoir_client._sync.client import Memoir
from memoir_client.models import Memory

Namespace = tuple[str, ...]

# Ids of items as memories have them: made of namespace and key, so that the same key is the same memory.
ITEM_IDS = uuid.UUID("5b0c3b1e-8c5f-4f0b-9d0c-6d1f2b7a9e41")
SOURCE = "langgraph"
# The most that one recall answers. What filters on values leave of it is the result.
MOST_HITS = 100
PAGE = 100


class MemoirStore(BaseStore):
    """Long-term memory of LangGraph agents, in Memoir.

    `search` with a query recalls by meaning and by words; without one it lists, the latest first. A value may be
    some 15 KiB as JSON. `fields` are the paths of a value that are its text, all of it unless given; `index` of one
    `put` goes before, and with `index=False` an item is not found by queries. Items have no time to live.
    """

    supports_ttl = False

    def __init__(
        self,
        client: Memoir,
        *,
        user_id: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> None:
        self._client = client
        self._user_id = user_id
        self._fields = list(fields) if fields is not None else ["$"]

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Does the operations one after the other."""
        return [self._do(op) for op in ops]

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """The same in a thread, so that nothing else waits."""
        return await asyncio.to_thread(self.batch, list(ops))

    def _do(self, op: Op) -> Result:
        if isinstance(op, GetOp):
            memory = self._find(op.namespace, op.key)
            return None if memory is None else Item(**_item_of(memory))
        if isinstance(op, PutOp):
            self._put(op)
            return None
        if isinstance(op, SearchOp):
            found = (item for item in self._search(op) if _matches(item.value, op.filter))
            return list(islice(found, op.offset, op.offset + op.limit))
        if isinstance(op, ListNamespacesOp):
            return self._namespaces(op)
        raise TypeError(f"{type(op).__name__} is not an operation of a store")

    def _user_of(self, namespace: Namespace) -> str:
        if self._user_id is not None:
            return self._user_id
        if not namespace or namespace[0] in ("", "*"):
            raise ValueError(
                "namespace: its first label is the user whose memories these are, as in "
                '("maya", "preferences"); or make the store with a user_id'
            )
        return namespace[0]

    def _find(self, namespace: Namespace, key: str) -> Memory | None:
        wanted = _metadata(namespace, key=key, depth=len(namespace))
        page = self._client.memories.list(user_id=self._user_of(namespace), metadata=wanted, limit=1)
        return page.items[0] if page.items else None

    def _put(self, op: PutOp) -> None:
        namespace, key, value = op.namespace, op.key, op.value
        if value is None:
            memory = self._find(namespace, key)
            if memory is not None:
                self._client.memories.delete(memory.id, hard=True)
            return
        text = None if op.index is False else _text_of(value, op.index or self._fields)
        self._client.remember(
            text or json.dumps(value, ensure_ascii=False),
            user_id=self._user_of(namespace),
            external_id=str(uuid.uuid5(ITEM_IDS, json.dumps([*namespace, key]))),
            kind="note",
            metadata=_metadata(namespace, key=key, depth=len(namespace), value=value, indexed=text is not None),
        )

    def _search(self, op: SearchOp) -> Iterator[SearchItem]:
        prefix = op.namespace_prefix
        user_id = self._user_of(prefix)
        equal = {name: wanted for name, wanted in (op.filter or {}).items() if _is_plain(wanted)}
        if op.query:
            wanted = _metadata(prefix, value=equal, indexed=True)
            answer = self._client.recall(op.query, user_id=user_id, metadata=wanted, k=MOST_HITS)
            yield from (SearchItem(**_item_of(hit), score=hit.score) for hit in answer.hits)
        else:
            listed = self._list(user_id, _metadata(prefix, value=equal))
            yield from (SearchItem(**_item_of(memory)) for memory in listed)

    def _namespaces(self, op: ListNamespacesOp) -> list[Namespace]:
        conditions = op.match_conditions or ()
        found: set[Namespace] = set()
        for user_id in self._users(conditions):
            for memory in self._list(user_id, _metadata(())):
                namespace = _item_of(memory)["namespace"]
                if all(_meets(namespace, condition) for condition in conditions):
                    found.add(namespace[: op.max_depth])
        return sorted(found)[op.offset : op.offset + op.limit]

    def _users(self, conditions: Iterable[MatchCondition]) -> Iterator[str]:
        """The users that may have such namespaces: all that the key reaches, where none is named."""
        if self._user_id is not None:
            yield self._user_id
            return
        named = {
            condition.path[0]
            for condition in conditions
            if condition.match_type == "prefix" and condition.path and condition.path[0] != "*"
        }
        if named:
            yield from named
        else:
            yield from (user.user_id for user in self._client.users.list(limit=PAGE))

    def _list(self, user_id: str, metadata: dict[str, Any]) -> Iterator[Memory]:
        yield from self._client.memories.list(user_id=user_id, metadata=metadata, limit=PAGE)


def _metadata(namespace: Namespace, **more: Any) -> dict[str, Any]:
    """What an item's metadata holds, whole or in part: labels by position, so that a part finds by prefix."""
    return {SOURCE: {"namespace": {str(n): label for n, label in enumerate(namespace)}, **more}}


def _item_of(memory: Memory) -> dict[str, Any]:
    own = memory.metadata[SOURCE]
    return {
        "namespace": tuple(own["namespace"][str(n)] for n in range(own["depth"])),
        "key": own["key"],
        "value": own["value"],
        "created_at": memory.created_at,
        "updated_at": memory.updated_at,
    }


def _text_of(value: Mapping[str, Any], paths: Sequence[str]) -> str:
    """The text of a value: what stands at the paths, of all of it (`$`) every text."""
    parts: list[str] = []
    for path in paths:
        parts += _texts(value) if path == "$" else get_text_at_path(value, tokenize_path(path))
    return "\n".join(part for part in parts if part.strip())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _is_plain(wanted: Any) -> bool:
    """Whether the server can filter by it: equal values; comparisons, and what is missing, are looked at here."""
    return wanted is not None and not isinstance(wanted, Mapping | list | tuple)


def _matches(value: Mapping[str, Any], conditions: Mapping[str, Any] | None) -> bool:
    return all(_holds(value.get(name), wanted) for name, wanted in (conditions or {}).items())


def _holds(value: Any, wanted: Any) -> bool:
    """Whether a field is what a filter wants: a value, or comparisons such as `{"$gte": 3}`."""
    if not (isinstance(wanted, Mapping) and any(name.startswith("$") for name in wanted)):
        return bool(value == wanted)
    return all(_compares(value, name, other) for name, other in wanted.items())


def _compares(value: Any, name: str, other: Any) -> bool:
    if name == "$eq":
        return bool(value == other)
    if name == "$ne":
        return bool(value != other)
    if name not in ("$gt", "$gte", "$lt", "$lte"):
        raise ValueError(f"filter: {name} is not known; there are $eq, $ne, $gt, $gte, $lt and $lte")
    if value is None:
        return False
    try:
        order: dict[str, bool] = {
            "$gt": value > other,
            "$gte": value >= other,
            "$lt": value < other,
            "$lte": value <= other,
        }
    except TypeError:
        return False
    return order[name]


def _meets(namespace: Namespace, condition: MatchCondition) -> bool:
    path = condition.path
    if len(path) > len(namespace):
        return False
    part = namespace[: len(path)] if condition.match_type == "prefix" else namespace[len(namespace) - len(path) :]
    return all(wanted in (label, "*") for wanted, label in zip(path, part, strict=True))
