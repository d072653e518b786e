-- The record (memory_trace and its revisions) and what is derived from it for search by words and by links.
create table memory_trace (
  id uuid primary key,
  seq bigint generated always as identity unique,
  user_id uuid not null references memory_user (id),
  kind text not null check (kind in ('message', 'episode', 'fact', 'summary', 'note')),
  role text,
  scope text not null default 'personal',
  collection text,
  content text not null,
  summary text,
  content_hash bytea not null,
  language text not null default 'und',
  tags text[] not null default '{}',
  external_id text,
  session_id text,
  conversation_id text,
  importance int check (importance between 1 and 10),
  salience real not null default 1,
  source text,
  meta jsonb not null default '{}',
  occurred_at timestamptz not null,
  known_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  expires_at timestamptz,
  state text not null default 'active' check (state in ('pending', 'active', 'failed', 'superseded', 'deleted')),
  superseded_by uuid,
  superseded_at timestamptz,
  deleted_at timestamptz,
  searchable_at timestamptz,
  revision int not null default 1,
  vector_revision int not null default 0,
  vector_state text not null default 'pending' check (vector_state in ('written', 'pending', 'failed', 'off')),
  graph_revision int not null default 0,
  graph_state text not null default 'off' check (graph_state in ('written', 'pending', 'failed', 'off')),
  text_length int not null default 0,
  window_length int not null default 0
);
create index memory_trace_user_occurred on memory_trace (user_id, occurred_at);
create index memory_trace_created on memory_trace (created_at);
create index memory_trace_salience on memory_trace (salience);
create index memory_trace_meta on memory_trace using gin (meta);
create index memory_trace_conversation on memory_trace (user_id, conversation_id) where conversation_id is not null;
create unique index memory_trace_external on memory_trace (user_id, external_id) where external_id is not null;
create index memory_trace_expires on memory_trace (expires_at) where expires_at is not null;

create table memory_revision (
  trace_id uuid not null references memory_trace (id) on delete cascade,
  revision int not null,
  user_id uuid not null,
  content text not null,
  content_hash bytea not null,
  meta jsonb not null default '{}',
  job_id uuid,
  valid_from timestamptz not null,
  valid_to timestamptz not null default now(),
  primary key (trace_id, revision)
);
create index memory_revision_user on memory_revision (user_id);

create table memory_source (
  trace_id uuid not null references memory_trace (id) on delete cascade,
  user_id uuid not null,
  conversation_id text,
  session_id text,
  message_id text not null default '',
  quote text,
  created_at timestamptz not null default now(),
  primary key (trace_id, message_id)
);
create index memory_source_user on memory_source (user_id);

-- BM25: one row a user, lexeme and trace. The key covers every column a score needs, so a question reads the index alone.
create table memory_posting (
  user_id uuid not null references memory_user (id),
  lexeme text not null,
  seq bigint not null,
  frequency int not null,
  length int not null,
  window_frequency int not null,
  window_length int not null
);
create unique index memory_posting_key on memory_posting (user_id, lexeme, seq)
  include (frequency, length, window_frequency, window_length);
-- Rows come in the order of their traces, so a range index finds those of one trace at a hundredth of a tree's price.
create index memory_posting_seq on memory_posting using brin (seq) with (pages_per_range = 16, autosummarize = on);
-- An index-only scan needs the visibility map, and inserts alone do not trigger a vacuum soon enough by default.
alter table memory_posting set (autovacuum_vacuum_insert_scale_factor = 0.02);

create table memory_edge (
  src uuid not null,
  dst uuid not null,
  type text not null,
  user_id uuid not null references memory_user (id),
  weight real not null default 1,
  ts timestamptz,
  ended_at timestamptz,
  revision int not null default 1,
  primary key (src, dst, type)
);
create index memory_edge_dst on memory_edge (dst);
create index memory_edge_user on memory_edge (user_id);
