-- What a run over many narratives has to do: one row a user, chosen when it begins, so that a run that is continued ends what it began.
create table narrative_run (
  job_id uuid not null references job (id) on delete cascade,
  user_id uuid not null references memory_user (id),
  state text not null default 'waiting' check (state in ('waiting', 'asked', 'made', 'unchanged', 'failed', 'gone')),
  -- The job that makes this user's narrative.
  narrative_job uuid,
  code text,
  updated_at timestamptz not null default now(),
  primary key (job_id, user_id)
);
create index narrative_run_open on narrative_run (job_id, state) where state in ('waiting', 'asked');
create index narrative_run_user on narrative_run (user_id);

-- The program says which kinds of schedule there are.
alter table schedule drop constraint if exists schedule_kind_check;
alter table schedule_skip drop constraint if exists schedule_skip_kind_check;
