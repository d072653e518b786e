"""What Memoir answers. Generated out of openapi.json by scripts/generate.py."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from memoir_client._model import Model


class ContextCitation(Model):
    n: int
    id: str
    kind: str
    conversation_id: str | None
    message_ids: list[str]
    occurred_at: datetime
    user_id: str
    score: float


class Context(Model):
    context: str
    citations: list[ContextCitation]
    tokens: int
    degraded: list[str]
    took_ms: float


class HitScores(Model):
    relevance: float
    vector: float
    text: float
    graph: float
    recency: float
    salience: float
    importance: float
    focus: float
    rerank: float | None = None


class HitHeads(Model):
    semantic: float | None = None
    entity: float | None = None
    situation: float | None = None


class HitVia(Model):
    src: str
    dst: str
    type: str
    weight: float


class MemoryWrites(Model):
    vector: Literal["written", "pending", "failed", "off"] | str
    graph: Literal["written", "pending", "failed", "off"] | str


class Memory(Model):
    id: str
    user_id: str
    kind: Literal["message", "episode", "fact", "summary", "note"] | str
    role: str | None
    scope: str
    collection: str | None
    content: str
    summary: str | None
    tags: list[str]
    category: str | None
    """Of a fact: one of those that the settings of extraction name. Of other memories: `category` of their metadata."""

    importance: float | None
    salience: float
    state: str
    session_id: str | None
    conversation_id: str | None
    source: str | None
    metadata: dict[str, Any]
    entities: list[Any]
    occurred_at: datetime
    known_at: datetime
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    searchable_at: datetime | None
    revision: int
    superseded_by: str | None
    writes: MemoryWrites


class MemoryDetailSource(Model):
    message_id: str | None
    conversation_id: str | None
    session_id: str | None
    quote: str | None


class MemoryDetail(Memory):
    sources: list[MemoryDetailSource]
    """What a fact or a summary was derived from, with the words that it rests on."""


class MemoryRevision(Model):
    revision: int
    content: str
    summary: str | None
    tags: list[str]
    metadata: dict[str, Any]
    importance: float | None
    scope: str
    occurred_at: datetime
    valid_from: datetime
    valid_to: datetime | None


class Accepted(Model):
    id: str
    job: str
    status: Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"] | str


class TombstoneTombstoneCounts(Model):
    traces: int
    vectors: int
    edges: int
    nodes: int
    """Entities that nothing names any more."""


class TombstoneTombstone(Model):
    ids: list[str]
    forgotten_at: datetime | None
    """Null after a dry run."""

    counts: TombstoneTombstoneCounts


class Tombstone(Model):
    tombstone: TombstoneTombstone


class ConsolidationGuard(Model):
    retired: int
    of_day: int
    of_user: int
    allowed: int


class ConsolidationApplied(Model):
    summary: int
    edges: int
    merges: int
    salience: int
    downshift: int
    drop_heads: int


class ConsolidationError(Model):
    code: str
    message: str


class ConsolidationRunError(Model):
    code: str
    message: str


class ConsolidationRun(Model):
    id: str
    user_id: str
    """The caller’s own id of the user."""

    day: date
    state: Literal["planning", "planned", "guard", "applied", "unchanged", "failed", "undone"] | str
    summary: str | None
    error: ConsolidationRunError | None


class ConsolidationPlanSummary(Model):
    id: str
    content: str
    scope: str
    language: str
    model: str
    prompt_version: str


class ConsolidationPlanEdgeSubject(Model):
    type: str
    value: str
    normalized: str


class ConsolidationPlanEdgeObject(Model):
    type: str
    value: str
    normalized: str


class ConsolidationPlanEdge(Model):
    memory: str
    subject: ConsolidationPlanEdgeSubject
    predicate: str
    object: ConsolidationPlanEdgeObject


class ConsolidationPlanMerge(Model):
    id: str
    revision: int
    into: str
    into_revision: int


class ConsolidationPlanSalience(Model):
    id: str
    revision: int
    from_: float = Field(..., alias="from")
    to: float


class ConsolidationPlanDropHead(Model):
    id: str
    heads: list[str]


class ConsolidationPlan(Model):
    """Null before it is made, and once one of its memories was deleted."""

    summary: ConsolidationPlanSummary | None
    """Null leaves the day’s summary as it is."""

    edges: list[ConsolidationPlanEdge]
    merges: list[ConsolidationPlanMerge]
    """Which memories give way to which; superseded, never deleted."""

    salience: list[ConsolidationPlanSalience]
    """Memories that are weighed again by what is known now."""

    downshift: list[str]
    """Memories whose vectors leave the hot tier."""

    drop_heads: list[ConsolidationPlanDropHead]


class ErasureReceipt(Model):
    id: str
    user: str
    """What is left of the user: a uuid of ours."""

    deleted: dict[str, int]
    """Rows, by table or store."""

    found_again: dict[str, int]
    """What came in while it was under way, found after the wait and deleted too."""

    requested_at: datetime
    finished_at: datetime | None


class JobError(Model):
    code: str
    message: str
    step: str
    detail: str | None = None
    """What the model vendor said, at most 500 characters without keys. For administrators alone."""


class Job(Model):
    id: str
    kind: (
        Literal[
            "backfill",
            "nightly",
            "session",
            "memory",
            "sync",
            "narrative",
            "consolidate",
            "dream",
            "narratives",
            "erase",
            "reembed",
            "episodes",
        ]
        | str
    )
    state: Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"] | str
    user_id: str | None
    progress: dict[str, Any]
    attempts: int
    error: JobError | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    temporal_url: str | None = None


class EstimateLanguage(Model):
    model: str
    input_tokens: int
    output_tokens: int
    cost: float | None


class Estimate(Model):
    conversations: int
    tokens: int
    """That the embedding model reads."""

    cost: float | None
    """US dollars, for all models; null when one of their prices is not known."""

    model: str
    language: EstimateLanguage | None
    """Of the model that makes facts; null where none are made."""


class IngestFailure(Model):
    conversation_id: str
    code: str
    message: str
    failed_at: datetime


class ImportedRejected(Model):
    index: int
    id: str | None = None
    field: str
    message: str


class Imported(Model):
    conversations: int
    messages: int
    records: int
    left_out: int
    """Records that are there already, or are made again of others."""

    rejected: list[ImportedRejected]


class StepFailure(Model):
    step: str
    code: str
    """Of the last failure."""

    message: str
    detail: str | None = None
    """What the model vendor said, at most 500 characters without keys. For administrators alone."""

    failures: int
    last_at: datetime


class MemoryEventData(Model):
    memory_id: str | None = None
    job_id: str | None = None
    erasure_id: str | None = None
    kind: str | None = None
    """Of the memory or the job."""

    code: str | None = None
    """Why the job failed."""

    version: int | None = None
    """Of the narrative."""


class MemoryEvent(Model):
    id: str
    type: (
        Literal[
            "memory.created",
            "memory.updated",
            "memory.superseded",
            "memory.restored",
            "memory.forgotten",
            "user.erased",
            "narrative.updated",
            "job.succeeded",
            "job.failed",
        ]
        | str
    )
    timestamp: datetime
    user_id: str | None
    """The caller’s own id; null for work of the whole namespace, and once nothing is left of a user."""

    data: MemoryEventData
    """What it is about."""

    cursor: str
    """As `cursor`: what comes after this event."""


class Webhook(Model):
    id: str
    url: str
    types: (
        list[
            Literal[
                "memory.created",
                "memory.updated",
                "memory.superseded",
                "memory.restored",
                "memory.forgotten",
                "user.erased",
                "narrative.updated",
                "job.succeeded",
                "job.failed",
            ]
        ]
        | None
    )
    """Only events of these types; null: all."""

    user_id: str | None
    """Only events about this user."""

    include_content: bool
    description: str | None
    state: Literal["active", "disabled"] | str
    """Disabled when its endpoint answered 410; replaying makes it active again."""

    waiting: int
    """Deliveries that have not arrived."""

    parked: int
    """Those of them that wait for a replay."""

    created_at: datetime


class Delivery(Model):
    event_id: str
    """Sent as `webhook-id`."""

    type: (
        Literal[
            "memory.created",
            "memory.updated",
            "memory.superseded",
            "memory.restored",
            "memory.forgotten",
            "user.erased",
            "narrative.updated",
            "job.succeeded",
            "job.failed",
        ]
        | str
    )
    user_id: str | None
    state: Literal["pending", "retrying", "delivered", "parked", "skipped"] | str
    """parked: failed as often as `WEBHOOK_RETRY_SECONDS` allows, or waits behind one of the same user that did. skipped: given up by a replay."""

    attempts: int
    response_status: int | None
    """Of the last try."""

    error: Literal["status", "gone", "redirect", "timeout", "unreachable", "address_refused"] | str | None
    """Why the last try failed."""

    created_at: datetime
    """When it happened."""

    attempted_at: datetime | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    cursor: str
    """As `cursor` of a replay: delivers this event again and all after it."""


class ScheduleRecentRun(Model):
    started_at: datetime
    job: str | None
    skipped: Literal["backfill_running", "source_gone", "still_running"] | str | None


class Schedule(Model):
    id: Literal["nightly", "consolidation", "narratives"] | str
    kind: Literal["nightly", "consolidation", "narratives"] | str
    cron: str
    paused: bool
    note: str | None
    next_runs: list[datetime]
    recent_runs: list[ScheduleRecentRun]
    applied: bool


class User(Model):
    user_id: str
    memories: int
    episodes: int
    in_graph: int
    last_active_at: datetime | None


class Ids(Model):
    ids: list[str]
    more: bool
    """Whether there are more than these 10."""


class Key(Model):
    id: str
    name: str
    role: Literal["reader", "service", "admin"] | str
    prefix: str
    namespace: str | None
    user_id: str | None
    readable_users: list[str]
    """Users it may read beside its own."""

    scopes: list[str] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class CurrentKey(Model):
    role: Literal["reader", "service", "admin"] | str
    namespace: str
    user_id: str | None
    readable_users: list[str]
    """Users it may read beside its own."""

    scopes: list[str] | None


class NewKey(Model):
    id: str
    key: str
    """Shown this once."""

    name: str
    role: Literal["reader", "service", "admin"] | str
    namespace: str | None
    user_id: str | None
    readable_users: list[str]
    """Users it may read beside its own."""

    scopes: list[str] | None
    expires_at: datetime | None


class AiSettingsLlm(Model):
    base_url: str | None
    """null: OpenAI’s own address."""

    model: str | None
    """null: the built-in one."""

    api_key: Literal["set"] | str | None
    """Keys are never read back."""


class AiSettingsEmbedding(Model):
    base_url: str | None
    """null: OpenAI’s own address."""

    model: str | None
    """null: the built-in one."""

    api_key: Literal["set"] | str | None
    """Keys are never read back."""

    dim: int


class AiSettings(Model):
    llm: AiSettingsLlm
    embedding: AiSettingsEmbedding
    reembed: bool
    """The stored vectors come from another model."""

    job: str | None
    """Embeds the memories anew, while it is unfinished."""

    note: str | None


class AiSettingsTestLlm(Model):
    ok: bool
    code: str
    latency_ms: int
    detail: str | None = None
    """What the model vendor said, at most 500 characters without keys. For administrators alone."""

    worked_around: list[str]
    """What it does otherwise than asked, and is put up with."""


class AiSettingsTestEmbedding(Model):
    ok: bool
    code: str
    latency_ms: int
    detail: str | None = None
    """What the model vendor said, at most 500 characters without keys. For administrators alone."""

    worked_around: list[str]
    """What it does otherwise than asked, and is put up with."""


class AiSettingsTest(Model):
    ok: bool
    code: str
    latency_ms: int
    llm: AiSettingsTestLlm
    embedding: AiSettingsTestEmbedding


class ExtractionSettingsCategory(Model):
    name: str
    description: str


class ExtractionSettings(Model):
    instructions: str
    categories: list[ExtractionSettingsCategory]
    never: list[str]
    entity_types: list[str]
    sensitive: Literal["drop", "mask", "keep"] | str
    version: int
    """Goes up with each change; 0 is no settings."""

    collection: str | None
    """Whose settings these are; null: those of the namespace."""

    outdated: int
    """Conversations of the namespace’s source that were ingested under other settings; a backfill with `force` ingests them again."""

    updated_at: datetime | None


class ExtractionTrialFactEntity(Model):
    type: str
    value: str


class ExtractionTrialFactEvidence(Model):
    position: int
    quote: str | None


class ExtractionTrialFact(Model):
    content: str
    category: str | None
    entities: list[ExtractionTrialFactEntity]
    occurred_at: datetime
    salience: float
    evidence: list[ExtractionTrialFactEvidence]


class ExtractionTrialDropped(Model):
    content: str
    reason: Literal["never", "sensitive"] | str
    never: str | None
    """The topic that it touches."""

    kinds: list[Literal["password", "code", "key", "document", "card", "account"] | str]


class ExtractionTrial(Model):
    facts: list[ExtractionTrialFact]
    dropped: list[ExtractionTrialDropped]
    """What was found and would not be remembered."""

    model: str
    """Who extracted; `rules` is what is built in."""

    version: int | None
    """Of the stored settings; null where others were tried."""


class ReembedStored(Model):
    model: str
    dim: int


class ReembedConfigured(Model):
    model: str
    dim: int


class ReembedEstimate(Model):
    memories: int
    tokens: int
    cost: float | None
    """US dollars; null when the model's price is not known."""


class ReembedUndo(Model):
    model: str
    dim: int
    until: datetime


class Reembed(Model):
    stored: ReembedStored | None
    """What the stored vectors are of; null while there are none."""

    configured: ReembedConfigured
    required: bool
    """The two differ."""

    job: str | None
    """The unfinished job."""

    estimate: ReembedEstimate | None
    undo: ReembedUndo | None
    """What can be gone back to, and until when."""


class Connection(Model):
    id: str
    content: str
    """The first thousand characters."""

    why: str
    weight: float


class GraphNode(Model):
    id: str
    type: Literal["memory", "entity"] | str
    kind: str
    """Of a memory its kind, of an entity its type."""

    label: str
    """The first 120 characters."""

    occurred_at: datetime | None
    salience: float | None


class GraphEdge(Model):
    src: str
    dst: str
    type: str
    weight: float


class Graph(Model):
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    truncated: bool
    """There is more than is shown."""


class EpisodesPreviewSample(Model):
    episode_id: str
    id: str
    """The memory it becomes."""

    user_id: str
    content: str
    """The first 200 characters."""

    occurred_at: datetime | None
    session_id: str | None
    entities: list[str]


class EpisodesPreview(Model):
    total: int
    users: int
    without_user: int
    empty: int
    too_large: int
    sample: list[EpisodesPreviewSample]


class SessionPostError(Model):
    code: str
    message: str


class SessionPost(Model):
    id: str
    job: str
    number: int
    status: Literal["queued", "processing", "processed", "error"] | str
    turns: int
    facts: int
    superseded: int
    queued_at: datetime
    processed_at: datetime | None
    error: SessionPostError | None


class Session(Model):
    session_id: str
    user_id: str
    collection: str
    status: Literal["queued", "processing", "processed", "error"] | str
    post_count: int
    open_count: int
    created_at: datetime
    updated_at: datetime
    posts: list[SessionPost]
    summary: str | None
    memories: list[Memory]


class PostAccepted(Accepted):
    session_id: str
    queue_position: int
    """From 1."""

    estimated_seconds: float | None
    """Null until durations were measured."""


class SessionInfo(Model):
    session_id: str
    user_id: str
    collection: str
    status: Literal["queued", "processing", "processed", "error"] | str
    post_count: int
    open_count: int
    created_at: datetime
    updated_at: datetime


class NarrativeCitation(Model):
    n: int
    memory_id: str
    message_ids: list[str]


class NarrativeError(Model):
    code: str
    message: str


class NarrativeAnalysisCitation(Model):
    n: int
    memory_id: str
    message_ids: list[str]


class NarrativeAnalysis(Model):
    text: str
    model: str
    sources: list[str]
    """Memories that it rests on."""

    citations: list[NarrativeAnalysisCitation]
    """What `[n]` in the text stands for."""

    degraded: list[str]
    """What did not take part in time."""


class Narrative(Model):
    user_id: str
    """The caller’s own id of the user."""

    narrative: str | None
    citations: list[NarrativeCitation]
    """What `[n]` in the text stands for."""

    version: int
    state: Literal["fresh", "stale", "generating", "failed", "none"] | str
    generated_at: datetime | None
    error: NarrativeError | None
    analysis: NarrativeAnalysis | None
    """Stands in while there is no text; it is not kept."""


class NarrativeVersionCitation(Model):
    n: int
    memory_id: str
    message_ids: list[str]


class NarrativeVersion(Model):
    version: int
    narrative: str
    citations: list[NarrativeVersionCitation]
    """What `[n]` in the text stands for."""

    generated_at: datetime
    model: str


class NarrativeFailure(Model):
    user_id: str
    """The caller’s own id of the user."""

    code: str
    message: str
    failed_at: datetime


class Budget(Model):
    per_day: float | None
    """US dollars a day (UTC) for this namespace; null leaves it to `default`."""

    default: float | None
    """BUDGET_PER_DAY; null is no limit."""

    spent_today: float
    resets_at: datetime


class StatsJobs(Model):
    queued: int
    running: int
    paused: int
    succeeded: int
    failed: int
    cancelled: int


class StatsUsage(Model):
    day: date
    model: str
    purpose: str
    requests: int
    tokens: int
    cost: float | None
    """US dollars; null where a price is not known."""


class StatsTotal(Model):
    requests: int
    tokens: int
    cost: float | None
    """US dollars; null where a price is not known."""


class StatsActivityLagMs(Model):
    p50: float
    p95: float


class StatsActivity(Model):
    day: date
    memories: int
    lag_ms: StatsActivityLagMs | None
    """From acceptance until it was searchable; null when nothing came."""

    failures: int
    """Jobs that stand as failed."""


class Stats(Model):
    namespace: str
    users: int
    memories: int
    episodes: int
    jobs: StatsJobs
    usage: list[StatsUsage]
    total: StatsTotal
    activity: list[StatsActivity] | None = None
    """With `activity=true`: the days on which something happened."""


class StatusStoresVectorStore(Model):
    available: bool
    healthy: bool
    """Answers and holds at least 90 % of its memories."""

    last_check: datetime


class StatusStoresGraphStore(Model):
    available: bool
    healthy: bool
    """Answers and holds at least 90 % of its memories."""

    last_check: datetime
    backend: Literal["postgres", "neo4j"] | str


class StatusStores(Model):
    vector_store: StatusStoresVectorStore
    graph_store: StatusStoresGraphStore


class StatusMetrics(Model):
    total_memories: int
    vector_store_count: int
    graph_store_count: int
    sync_percentage: float
    """Percent."""


class StatusPart(Model):
    ok: bool
    detail: str | None = None


class Status(Model):
    status: Literal["healthy", "degraded", "unhealthy"] | str
    stores: StatusStores
    metrics: StatusMetrics
    degraded: list[str]
    """Parts that do not answer."""

    parts: dict[str, StatusPart]


class SyncStateStats(Model):
    vector_store_count: int
    graph_store_count: int
    sync_percentage: float
    """Percent."""


class DriftReport(Model):
    job: str
    operation: Literal["check", "repair", "full", "rebuild"] | str
    dry_run: bool
    total_checked: int
    inconsistencies: int
    missing: int
    extra: int
    stale: int
    ahead: int
    repaired: int
    failed: int
    sample: dict[str, list[str]]
    """The first ids of each sort."""

    started_at: datetime
    finished_at: datetime | None


class SyncResult(Model):
    total_checked: int
    inconsistencies: int
    repaired: int
    failed: int
    duration: int
    """Milliseconds."""


class Sync(Model):
    id: str
    job: str
    status: Literal["running", "completed", "failed", "cancelled"] | str
    operation: Literal["check", "repair", "full", "rebuild"] | str
    result: SyncResult
    report: DriftReport | None


class ToolResultContent(Model):
    type: Literal["text"] | str
    text: str


class ToolResult(Model):
    content: list[ToolResultContent]
    structuredContent: dict[str, Any]
    isError: bool


class McpResourcesResource(Model):
    uri: str
    name: str
    title: str
    description: str
    mimeType: str


class McpResourcesTemplate(Model):
    uriTemplate: str
    name: str
    title: str
    description: str
    mimeType: str


class McpResources(Model):
    resources: list[McpResourcesResource]
    templates: list[McpResourcesTemplate]


class McpResource(Model):
    uri: str
    mimeType: str
    text: str


class Hit(Memory):
    excerpt: bool | None = None
    """Only where `content` is the part of a long text that answers best; the whole is read by its id."""

    score: float
    scores: HitScores
    heads: HitHeads
    via: list[HitVia]
    message_ids: list[str]


class AcceptedMemories(Accepted):
    ids: list[str]
    """The memories, in the order given."""

    session_id: str | None = None
    """Of messages that are looked through for what to remember."""


class Consolidation(Model):
    id: str
    job: str
    user_id: str | None
    """Null for a request for several days."""

    day: date | None
    dry_run: bool
    state: Literal["planning", "planned", "guard", "applied", "unchanged", "failed", "undone"] | str
    plan: ConsolidationPlan | None
    guard: ConsolidationGuard | None
    """What it would retire, against what one run may."""

    applied: ConsolidationApplied | None
    applied_at: datetime | None
    undone_at: datetime | None
    error: ConsolidationError | None
    runs: list[ConsolidationRun] | None = None
    """Of a request for several days, its runs: two hundred at most."""


class NewWebhook(Webhook):
    secret: str
    """Shown this once. Deliveries are signed with it as Standard Webhooks say."""


class Note(Memory):
    connections: list[Connection]


class SyncState(Model):
    status: Literal["idle", "running"] | str
    stats: SyncStateStats
    reports: list[DriftReport]


class Recall(Model):
    hits: list[Hit]
    degraded: list[str]
    took_ms: float
