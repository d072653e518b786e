-- Where conversations come from: Memoir's own source tables, and what ingest knows about every source.
create table conversations (
  namespace text not null default 'default',
  source text not null default 'main',
  id text not null,
  user_id text,
  title text,
  metadata jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (namespace, source, id)
);
create index conversations_updated_at on conversations (namespace, source, updated_at);

create table messages (
  namespace text not null default 'default',
  source text not null default 'main',
  id text not null,
  conversation_id text not null,
  role text,
  name text,
  content text,
  position int,
  created_at timestamptz not null default now(),
  primary key (namespace, source, id)
);
create index messages_conversation on messages (namespace, source, conversation_id, created_at, id);

-- What became of each conversation, and which job said so last: totals are counted here, so a page that ran twice cannot bend them.
create table ingested_conversation (
  namespace_id uuid not null references namespace (id),
  source text not null,
  conversation_id text not null,
  user_id uuid references memory_user (id),
  message_hash bytea,
  message_count int not null default 0,
  token_estimate int not null default 0,
  source_updated_at timestamptz,
  read_at timestamptz,
  pipeline_version int not null default 0,
  trace_id uuid,
  job_id uuid,
  outcome text not null check (outcome in ('created', 'updated', 'skipped', 'error')),
  code text,
  updated_at timestamptz not null default now(),
  primary key (namespace_id, source, conversation_id)
);
create index ingested_conversation_job on ingested_conversation (job_id, outcome);
create index ingested_conversation_error on ingested_conversation (namespace_id, source, conversation_id) where outcome = 'error';

-- Which conversations a job has in hand: what a killed worker leaves behind, so that one that kills is found out.
create table ingest_suspect (
  job_id uuid not null,
  conversation_id text not null,
  alone boolean not null,
  deaths int not null default 0,
  began_at timestamptz not null default now(),
  primary key (job_id, conversation_id)
);

-- What ingest must leave out: remembered without content, by keyed hash.
create table forgotten (
  namespace_id uuid not null references namespace (id),
  kind text not null check (kind in ('trace', 'content', 'conversation')),
  hash bytea not null,
  user_id uuid,
  forgotten_at timestamptz not null default now(),
  primary key (namespace_id, kind, hash)
);

create table suppressed_user (
  namespace_id uuid not null references namespace (id),
  hash bytea not null,
  suppressed_at timestamptz not null default now(),
  primary key (namespace_id, hash)
);
