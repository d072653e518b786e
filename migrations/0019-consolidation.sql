-- A day of a user, looked through again: what was planned, what was done, and what undoing needs.
create table consolidation_run (
  id uuid primary key,
  namespace_id uuid not null references namespace (id),
  user_id uuid not null references memory_user (id),
  -- In the zone that was configured at the time.
  day date not null,
  job_id uuid not null unique,
  -- The night, or the request for several days, that it belongs to.
  parent_job_id uuid,
  dry_run boolean not null default false,
  state text not null default 'planning' check (state in ('planning', 'planned', 'guard', 'applied', 'unchanged', 'failed', 'undone')),
  -- What the day held when it was planned, and what it holds of that since: a fingerprint of ids and revisions.
  inputs text,
  leaves text,
  model text,
  version text,
  -- The memories it was made of: a revision of any of them makes another plan.
  material uuid[] not null default '{}',
  plan jsonb,
  guard jsonb,
  -- Ids and revisions of what was changed.
  applied jsonb,
  error text,
  created_at timestamptz not null default now(),
  planned_at timestamptz,
  applied_at timestamptz,
  undone_at timestamptz
);
create index consolidation_run_day on consolidation_run (user_id, day, created_at desc);
create index consolidation_run_parent on consolidation_run (parent_job_id) where parent_job_id is not null;
create index consolidation_run_material on consolidation_run using gin (material);

-- Vectors that a run dropped, for as long as it can be undone.
create table consolidation_vector (
  run_id uuid not null references consolidation_run (id) on delete cascade,
  trace_id uuid not null references memory_trace (id) on delete cascade,
  head text not null,
  space_id int not null references embedding_space (id),
  user_id uuid not null,
  tier text not null,
  revision int not null,
  vec halfvec,
  vec_full vector,
  primary key (run_id, trace_id, head, space_id)
);
create index consolidation_vector_user on consolidation_vector (user_id);

-- A plan says what its memories say: it goes with any of them, in the same statement.
create function consolidation_forgets_memory() returns trigger language plpgsql as $body$
begin
  update memoir.consolidation_run set plan = null where user_id = old.user_id and material @> array[old.id] and plan is not null;
  return null;
end
$body$;
create trigger memory_hidden_from_consolidation after update of state on memory_trace
  for each row when (new.state = 'deleted' and old.state <> 'deleted') execute function memoir.consolidation_forgets_memory();
create trigger memory_removed_from_consolidation after delete on memory_trace
  for each row when (old.state <> 'deleted') execute function memoir.consolidation_forgets_memory();

-- The night's schedule is one of a namespace and knows no source.
alter table schedule drop constraint schedule_kind_check, add constraint schedule_kind_check check (kind in ('nightly', 'consolidation'));
alter table schedule_skip drop constraint schedule_skip_kind_check,
  add constraint schedule_skip_kind_check check (kind in ('nightly', 'consolidation')),
  drop constraint schedule_skip_reason_check,
  add constraint schedule_skip_reason_check check (reason in ('backfill_running', 'source_gone', 'still_running'));
create index job_dream on job (namespace_id, created_at desc) where kind = 'dream';

-- A job that ends before its run could say anything says it for it.
create function consolidation_follows_job() returns trigger language plpgsql as $body$
begin
  update memoir.consolidation_run set state = 'failed', error = coalesce(new.error->>'code', new.state)
   where job_id = new.id and state in ('planning', 'planned') and (state = 'planning' or not dry_run);
  return null;
end
$body$;
create trigger job_state_to_consolidation after update of state on job
  for each row when (new.kind = 'consolidate' and new.state in ('failed', 'cancelled') and old.state <> new.state)
  execute function memoir.consolidation_follows_job();
