"""The client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

import httpx
from typing_extensions import Self

from memoir_client._ask import Answer
from memoir_client._async.administration import (
    AsyncKeysResource,
    AsyncSchedulesResource,
    AsyncSettingsResource,
)
from memoir_client._async.events import AsyncEventsResource, AsyncWebhooksResource
from memoir_client._async.jobs import AsyncJobsResource
from memoir_client._async.memories import AsyncMemoriesResource
from memoir_client._async.sessions import AsyncNotesResource, AsyncSessionsResource
from memoir_client._async.transport import AsyncPage, AsyncTransport
from memoir_client._async.users import AsyncNarrativesResource, AsyncUsersResource
from memoir_client._async.work import (
    AsyncBackfillsResource,
    AsyncConsolidationsResource,
    AsyncImportsResource,
    AsyncSyncResource,
)
from memoir_client._call import (
    DEFAULT_RETRIES,
    DEFAULT_TIMEOUT_SECONDS,
    UNSET,
    Call,
    Settings,
    Time,
    Unset,
    fields,
    keyed,
    listed,
    settings_of,
)
from memoir_client._errors import MemoirError
from memoir_client._http import AsyncOwnClient
from memoir_client._params import EntityParam, MessageParam
from memoir_client.models import (
    AcceptedMemories,
    Context,
    Graph,
    Recall,
    Stats,
    Status,
    Tombstone,
    ToolResult,
)


class AsyncMemoir:
    """A client of Memoir's API.

    `url` and `key` are MEMOIR_URL and MEMOIR_KEY of the environment unless given. `namespace` is the one to work in
    with an administrator's key. `timeout` is how many seconds one try may take, `retries` how many further tries a
    request gets that can safely be sent again. `http_client` is used as it is, and is yours to close.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        namespace: str | None = None,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        retries: int = DEFAULT_RETRIES,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        settings = settings_of(url, key, namespace, timeout, retries)
        self._owns_http = http_client is None
        self._connect(AsyncTransport(settings, http_client or AsyncOwnClient()))

    def _connect(self, transport: AsyncTransport) -> None:
        self._transport = transport
        self.memories = AsyncMemoriesResource(transport)
        self.sessions = AsyncSessionsResource(transport)
        self.notes = AsyncNotesResource(transport)
        self.jobs = AsyncJobsResource(transport)
        self.users = AsyncUsersResource(transport)
        self.narratives = AsyncNarrativesResource(transport)
        self.imports = AsyncImportsResource(transport)
        self.backfills = AsyncBackfillsResource(transport)
        self.consolidations = AsyncConsolidationsResource(transport)
        self.sync = AsyncSyncResource(transport)
        self.keys = AsyncKeysResource(transport)
        self.events = AsyncEventsResource(transport)
        self.webhooks = AsyncWebhooksResource(transport)
        self.schedules = AsyncSchedulesResource(transport)
        self.settings = AsyncSettingsResource(transport)

    async def remember(
        self,
        content: str | None = None,
        *,
        user_id: str | None = None,
        messages: Iterable[MessageParam] | None = None,
        infer: bool | None = None,
        scope: str | None = None,
        kind: str | None = None,
        role: str | None = None,
        tags: str | Sequence[str] | None = None,
        importance: int | None = None,
        summary: str | None = None,
        session_id: str | None = None,
        conversation_id: str | None = None,
        external_id: str | None = None,
        occurred_at: Time | None = None,
        expires_at: Time | None = None,
        metadata: Mapping[str, Any] | None = None,
        entities: Iterable[EntityParam] | None = None,
        extract_entities: bool | None = None,
        idempotency_key: str | None = None,
    ) -> AcceptedMemories:
        """Remembers a text, or what is worth remembering of `messages`.

        It is stored and found by its words when this returns, and by its meaning when its job has ended:
        `client.jobs.wait(accepted)`. `importance` is 1 to 10. With `external_id`, your own id, the same id again
        changes the memory that has it.
        """
        body = fields(
            content=content,
            user_id=user_id,
            messages=messages,
            infer=infer,
            scope=scope,
            kind=kind,
            role=role,
            tags=listed(tags),
            importance=importance,
            summary=summary,
            session_id=session_id,
            conversation_id=conversation_id,
            external_id=external_id,
            occurred_at=occurred_at,
            expires_at=expires_at,
            metadata=metadata,
            entities=entities,
            extract_entities=extract_entities,
        )
        return await self._transport.ask(keyed("/v1/memories", body, idempotency_key), AcceptedMemories)

    async def recall(
        self,
        q: str,
        *,
        user_id: str | None = None,
        user_ids: Sequence[str] | None = None,
        k: int | None = None,
        kinds: str | Sequence[str] | None = None,
        scope: str | Sequence[str] | None = None,
        tags: str | Sequence[str] | None = None,
        filter: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        session_id: str | None = None,
        from_: Time | None = None,
        to: Time | None = None,
        as_of: Time | None = None,
        threshold: float | None = None,
        hops: int | None = None,
        heads: str | Sequence[str] | None = None,
        include_superseded: bool | None = None,
        without: str | Sequence[str] | None = None,
        with_: str | Sequence[str] | None = None,
    ) -> Recall:
        """Finds what is remembered of a user, best first; with `user_ids` of up to ten, merged by relevance.

        `filter` are conditions on fields: `{"not": {"tags": {"contains": "draft"}}}`. `threshold` (0 to 1) cuts
        by `hit.scores.relevance`; `as_of` answers with what was known then.
        """
        body = fields(
            q=q,
            user_id=user_id,
            user_ids=user_ids,
            k=k,
            kinds=listed(kinds),
            scope=listed(scope),
            tags=listed(tags),
            filter=filter,
            metadata=metadata,
            session_id=session_id,
            from_=from_,
            to=to,
            as_of=as_of,
            threshold=threshold,
            hops=hops,
            heads=listed(heads),
            include_superseded=include_superseded,
            without=listed(without),
            with_=listed(with_),
        )
        return await self._transport.ask(Call("POST", "/v1/recall", body=body), Recall)

    async def context(
        self,
        q: str,
        *,
        user_id: str | None = None,
        user_ids: Sequence[str] | None = None,
        max_tokens: int | None = None,
        k: int | None = None,
        kinds: str | Sequence[str] | None = None,
        scope: str | Sequence[str] | None = None,
        tags: str | Sequence[str] | None = None,
        filter: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        session_id: str | None = None,
        from_: Time | None = None,
        to: Time | None = None,
        as_of: Time | None = None,
        threshold: float | None = None,
        hops: int | None = None,
        heads: str | Sequence[str] | None = None,
        include_superseded: bool | None = None,
        without: str | Sequence[str] | None = None,
        with_: str | Sequence[str] | None = None,
    ) -> Context:
        """What `recall` finds as one block that is ready for a prompt, with citations, within `max_tokens`."""
        body = fields(
            q=q,
            user_id=user_id,
            user_ids=user_ids,
            max_tokens=max_tokens,
            k=k,
            kinds=listed(kinds),
            scope=listed(scope),
            tags=listed(tags),
            filter=filter,
            metadata=metadata,
            session_id=session_id,
            from_=from_,
            to=to,
            as_of=as_of,
            threshold=threshold,
            hops=hops,
            heads=listed(heads),
            include_superseded=include_superseded,
            without=listed(without),
            with_=listed(with_),
        )
        return await self._transport.ask(Call("POST", "/v1/context", body=body), Context)

    async def ask(self, question: str, *, user_id: str | None = None) -> Answer:
        """Answers a question out of what is remembered and nothing else, or says that it is not `known`."""
        arguments = fields(question=question, user_id=user_id)
        body = {"name": "ask_memory", "arguments": arguments}
        result = await self._transport.ask(Call("POST", "/mcp/tool/call", body=body), ToolResult)
        if result.isError:
            raise MemoirError(result.content[0].text, code="invalid_request")
        return Answer.model_validate(result.structuredContent)

    async def call_tool(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        """Calls one of the memory tools, as a model would."""
        body = {"name": name, "arguments": dict(arguments)}
        call = Call("POST", "/mcp/tool/call", body=body, repeatable=False)
        return await self._transport.ask(call, ToolResult)

    async def forget(
        self,
        *,
        id: str | None = None,
        user_id: str | None = None,
        scope: str | Sequence[str] | None = None,
        session_id: str | None = None,
        kinds: str | Sequence[str] | None = None,
        filter: Mapping[str, Any] | None = None,
        from_: Time | None = None,
        to: Time | None = None,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Tombstone:
        """Forgets one memory, or what matches of a user, for good, with all that came of it alone.

        With `dry_run` it only counts.
        """
        body = fields(
            id=id,
            user_id=user_id,
            scope=listed(scope),
            session_id=session_id,
            kinds=listed(kinds),
            filter=filter,
            from_=from_,
            to=to,
            dry_run=dry_run,
        )
        return await self._transport.ask(keyed("/v1/forget", body, idempotency_key), Tombstone)

    async def graph(
        self,
        user_id: str | None = None,
        *,
        scope: str | Sequence[str] | None = None,
        kinds: str | Sequence[str] | None = None,
        limit: int | None = None,
        sequence: bool | None = None,
    ) -> Graph:
        """What a user's memories are about and how that is linked, for drawing."""
        query = fields(
            user_id=user_id,
            scope=listed(scope),
            kinds=listed(kinds),
            limit=limit,
            sequence=sequence,
        )
        return await self._transport.ask(Call("GET", "/v1/graph", query=query), Graph)

    async def status(self) -> Status:
        """Whether the stores and the other parts answer."""
        return await self._transport.ask(Call("GET", "/v1/status"), Status)

    async def stats(
        self,
        *,
        days: int | None = None,
        activity: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPage[Stats]:
        """What is stored in the key's namespace, and what models were asked in the last `days`."""
        query = fields(days=days, activity=activity, limit=limit, cursor=cursor)
        return await self._transport.page(Call("GET", "/v1/stats", query=query), Stats)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """Any route, also one that this client has no method for: the parsed body of the answer.

        It is sent again after a failure where it is no POST, or has an `idempotency_key`.
        """
        headers = {} if idempotency_key is None else {"idempotency-key": idempotency_key}
        repeatable = method.upper() != "POST" or idempotency_key is not None
        call = Call(method.upper(), path, fields(**(query or {})), body, headers, repeatable)
        response = await self._transport.send(call)
        return response.json() if response.content else None

    def with_options(
        self,
        *,
        namespace: str | Unset | None = UNSET,
        timeout: float | Unset = UNSET,
        retries: int | Unset = UNSET,
    ) -> Self:
        """The same client with other options, over the same connections: `client.with_options(timeout=5).recall(…)`."""
        options = {"namespace": namespace, "timeout": timeout, "retries": retries}
        given: dict[str, Any] = {name: one for name, one in options.items() if one is not UNSET}
        settings: Settings = replace(self._transport.settings, **given)
        other = type(self).__new__(type(self))
        other._owns_http = False
        other._connect(AsyncTransport(settings, self._transport.http))
        return other

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._owns_http:
            await self._transport.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._transport.settings.url!r})"
