-- Who there is: namespaces, their users, keys, and what operators did.
create extension if not exists vector with schema public;

create table namespace (
  id uuid primary key default gen_random_uuid(),
  name text not null unique check (name ~ '^[a-z0-9][a-z0-9-]{0,47}$'),
  created_at timestamptz not null default now()
);

insert into namespace (name) values ('default');

-- The counters are maintained under the row's lock; recall reads them to weigh words and to choose between exact and indexed search.
create table memory_user (
  id uuid primary key default gen_random_uuid(),
  namespace_id uuid not null references namespace (id),
  external_id text not null check (length(external_id) between 1 and 256),
  write_seq bigint not null default 0,
  trace_count bigint not null default 0,
  episode_count bigint not null default 0,
  vector_count bigint not null default 0,
  text_count bigint not null default 0,
  text_length bigint not null default 0,
  window_length bigint not null default 0,
  languages text[] not null default '{}',
  last_active_at timestamptz,
  created_at timestamptz not null default now(),
  erased_at timestamptz,
  unique (namespace_id, external_id)
);

create table api_key (
  id uuid primary key default gen_random_uuid(),
  namespace_id uuid references namespace (id),
  name text not null,
  role text not null check (role in ('reader', 'service', 'admin')),
  secret_hash bytea not null unique,
  prefix text not null,
  user_id uuid references memory_user (id),
  scopes text[],
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  check (role = 'admin' or namespace_id is not null)
);

create table idempotency_key (
  namespace_id uuid not null references namespace (id),
  route text not null,
  key text not null,
  body_hash bytea not null,
  state text not null check (state in ('running', 'done')),
  status int,
  response jsonb,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (namespace_id, route, key)
);
create index idempotency_key_expires_at on idempotency_key (expires_at);

create table setting (
  name text primary key,
  value bytea not null,
  updated_at timestamptz not null default now()
);

-- Hash-chained: each entry's hash covers the one before it, so a removed or changed entry shows.
create table audit_log (
  seq bigint generated always as identity primary key,
  at timestamptz not null default now(),
  namespace_id uuid,
  actor text not null,
  action text not null,
  subject uuid,
  details jsonb not null default '{}',
  previous_hash bytea,
  hash bytea not null
);
