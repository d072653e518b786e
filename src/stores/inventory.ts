/**
 * Every column that can hold what a user said or what was made of it. Forget, erase and export walk this list; a column that a
 * migration adds has to appear here or among the plain ones before the tests pass.
 */
export interface UserTextPlace {
  readonly table: string
  readonly columns: readonly string[]
  /** How rows of one user are found. */
  readonly by: { readonly column: 'user_id' | 'subject' } | { readonly via: string }
}

export const USER_TEXT: readonly UserTextPlace[] = [
  { table: 'memory_user', columns: ['external_id', 'languages'], by: { via: 'id' } },
  {
    table: 'conversations',
    columns: ['id', 'user_id', 'title', 'metadata'],
    by: { via: 'user_id is the external id' },
  },
  {
    table: 'messages',
    columns: ['id', 'conversation_id', 'role', 'name', 'content'],
    by: { via: 'conversations' },
  },
  {
    table: 'ingested_conversation',
    columns: ['conversation_id', 'message_hash'],
    by: { column: 'user_id' },
  },
  {
    table: 'ingest_suspect',
    columns: ['conversation_id'],
    by: { via: 'ingested_conversation; gone when its job ends' },
  },
  {
    table: 'memory_trace',
    columns: [
      'role',
      'scope',
      'collection',
      'content',
      'summary',
      'content_hash',
      'language',
      'tags',
      'external_id',
      'session_id',
      'conversation_id',
      'source',
      'meta',
    ],
    by: { column: 'user_id' },
  },
  {
    table: 'memory_revision',
    columns: ['content', 'content_hash', 'meta', 'fields'],
    by: { column: 'user_id' },
  },
  {
    table: 'memory_source',
    columns: ['conversation_id', 'session_id', 'message_id', 'quote'],
    by: { column: 'user_id' },
  },
  { table: 'memory_posting', columns: ['lexeme'], by: { column: 'user_id' } },
  { table: 'memory_embedding', columns: ['vec', 'vec_full'], by: { column: 'user_id' } },
  {
    table: 'model_answer',
    columns: ['step', 'input_hash', 'model', 'answer'],
    by: { column: 'user_id' },
  },
  {
    table: 'session',
    columns: ['collection', 'session_id', 'done_turns'],
    by: { column: 'user_id' },
  },
  {
    table: 'raw_session',
    columns: ['collection', 'text_hash', 'turns', 'turn_digests', 'metadata'],
    by: { column: 'user_id' },
  },
  {
    table: 'entity',
    columns: ['value', 'normalized', 'aliases'],
    by: { column: 'user_id' },
  },
  { table: 'job', columns: ['request', 'progress', 'cursor', 'error'], by: { column: 'user_id' } },
  {
    table: 'idempotency_key',
    columns: ['key', 'body_hash', 'response'],
    by: { via: 'kept for a day' },
  },
  { table: 'audit_log', columns: ['details'], by: { column: 'subject' } },
]

/** Columns of a text-like type that never hold it, and why. */
export const PLAIN_COLUMNS: Readonly<Record<string, string>> = {
  'migration.name': 'name of a file of this project',
  'namespace.name': 'an operator’s word',
  'api_key.name': 'an operator’s word',
  'api_key.role': 'one of a closed list',
  'api_key.secret_hash': 'hash of a random secret',
  'api_key.prefix': 'start of a random secret',
  'api_key.scopes': 'an operator’s words',
  'idempotency_key.route': 'one of a closed list',
  'idempotency_key.state': 'one of a closed list',
  'setting.name': 'one of a closed list',
  'setting.value': 'encrypted configuration',
  'audit_log.actor': 'id of a key',
  'audit_log.action': 'one of a closed list',
  'audit_log.previous_hash': 'hash of an entry',
  'audit_log.hash': 'hash of an entry',
  'conversations.namespace': 'an operator’s word',
  'conversations.source': 'an operator’s word',
  'messages.namespace': 'an operator’s word',
  'messages.source': 'an operator’s word',
  'ingested_conversation.source': 'an operator’s word',
  'ingested_conversation.outcome': 'one of a closed list',
  'ingested_conversation.code': 'one of a closed list',
  'forgotten.kind': 'one of a closed list',
  'forgotten.hash': 'keyed hash, kept on purpose',
  'suppressed_user.hash': 'keyed hash, kept on purpose',
  'memory_trace.kind': 'one of a closed list',
  'memory_trace.state': 'one of a closed list',
  'memory_trace.vector_state': 'one of a closed list',
  'memory_trace.graph_state': 'one of a closed list',
  'memory_trace.model': 'configuration',
  'memory_trace.prompt_version': 'one of a closed list',
  'raw_session.status': 'one of a closed list',
  'raw_session.error': 'one of a closed list',
  'processing_stats.collection':
    'a label; one that names a user goes with the last of its sessions',
  'entity.type': 'one of a closed list',
  'memory_edge.type': 'one of a closed list',
  'memory_edge.source': 'one of a closed list',
  'embedding_space.provider': 'configuration',
  'embedding_space.model': 'configuration',
  'embedding_space.precision': 'one of a closed list',
  'embedding_space.state': 'one of a closed list',
  'memory_embedding.head': 'one of a closed list',
  'memory_embedding.kind': 'one of a closed list',
  'memory_embedding.tier': 'one of a closed list',
  'usage.model': 'configuration',
  'usage.purpose': 'one of a closed list',
  'job.kind': 'one of a closed list',
  'job.workflow_id': 'derived from uuids',
  'job.run_id': 'made by Temporal',
  'job.previous_run_id': 'made by Temporal',
  'job.lock_key': 'derived from uuids and the source’s name',
  'job.state': 'one of a closed list',
  'job.control': 'one of a closed list',
  'etl_watermark.source': 'an operator’s word',
  'schedule.source': 'an operator’s word',
  'schedule.kind': 'one of a closed list',
  'schedule.cron': 'an operator’s cron expression',
  'schedule.note': 'an operator’s words',
  'schedule_skip.source': 'an operator’s word',
  'schedule_skip.kind': 'one of a closed list',
  'schedule_skip.reason': 'one of a closed list',
}
