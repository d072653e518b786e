-- How far a source has been taken in: everything that changed before was read, by the source's own clock.
create table etl_watermark (
  namespace_id uuid not null references namespace (id),
  source text not null,
  read_until timestamptz not null,
  updated_at timestamptz not null default now(),
  primary key (namespace_id, source)
);

-- What a job reads: fixed when it first begins, so that a run that is continued or retried ends what the first began.
create table etl_window (
  job_id uuid primary key references job (id) on delete cascade,
  -- Null reads everything.
  changed_since timestamptz,
  -- The source's clock before the first read.
  began_at timestamptz not null
);

-- What operators want of a schedule. Temporal runs it, and may lose it: it is then made again from here.
create table schedule (
  namespace_id uuid not null references namespace (id),
  source text not null,
  kind text not null check (kind in ('nightly')),
  cron text not null,
  paused boolean not null default false,
  note text,
  removed boolean not null default false,
  -- Grows with each change; Temporal has been told of those up to `applied`.
  revision int not null default 1,
  applied int not null default 0,
  updated_at timestamptz not null default now(),
  primary key (namespace_id, source, kind)
);

-- Runs of a schedule that accepted nothing, and why; the others are jobs.
create table schedule_skip (
  id uuid primary key,
  namespace_id uuid not null references namespace (id),
  source text not null,
  kind text not null check (kind in ('nightly')),
  reason text not null check (reason in ('backfill_running', 'source_gone')),
  skipped_at timestamptz not null default now()
);
create index schedule_skip_list on schedule_skip (namespace_id, source, kind, skipped_at desc);
create index job_nightly on job (namespace_id, created_at desc) where kind = 'nightly';
