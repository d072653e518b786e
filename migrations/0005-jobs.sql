-- The outbox and the mirror: every accepted piece of work is a row here before anything runs.
create table job (
  id uuid primary key,
  namespace_id uuid not null references namespace (id),
  user_id uuid references memory_user (id),
  kind text not null,
  workflow_id text not null,
  run_id text,
  previous_run_id text,
  seq bigint not null default 0,
  request jsonb not null default '{}',
  -- What two starts must share to be the same work; at most one unfinished job has it.
  lock_key text,
  state text not null default 'queued' check (state in ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
  -- What was last asked of a run (pause, resume, cancel) and not yet seen to take effect.
  control text check (control in ('pause', 'resume', 'cancel')),
  progress jsonb not null default '{}',
  -- Where a run that is retried goes on; opaque, of the kind of work.
  cursor text,
  error jsonb,
  attempts int not null default 1,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  reported_at timestamptz,
  checked_at timestamptz,
  finished_at timestamptz
);
create unique index job_lock on job (lock_key) where lock_key is not null and state in ('queued', 'running', 'paused');
create index job_unstarted on job (created_at) where started_at is null and state = 'queued';
create index job_open on job (coalesce(checked_at, reported_at, started_at)) where state in ('queued', 'running', 'paused');
create index job_list on job (namespace_id, created_at desc, id desc);
create index job_workflow on job (workflow_id);

-- A model's answer is stored before its first use and read back, so nothing is paid for twice and no step sees two answers.
create table model_answer (
  job_id uuid not null references job (id) on delete cascade,
  step text not null,
  input_hash bytea not null,
  user_id uuid references memory_user (id),
  model text not null,
  answer jsonb not null,
  created_at timestamptz not null default now(),
  primary key (job_id, step, input_hash)
);
