-- Who a user is, in one text: what stands now, and the versions before it.
create table user_narratives (
  id uuid primary key default gen_random_uuid(),
  namespace_id uuid not null references namespace (id),
  user_id uuid not null unique references memory_user (id),
  narrative_content text,
  version int not null default 0,
  generated_at timestamptz,
  updated_at timestamptz not null default now(),
  -- A text that is fresh turns stale by itself: that is told from `fresh_until` by whoever reads.
  state text not null default 'none' check (state in ('fresh', 'generating', 'failed', 'none')),
  fresh_until timestamptz,
  error text,
  model text,
  prompt_version text,
  -- What it says it rests on, and all that the model was shown for it.
  sources uuid[] not null default '{}',
  material uuid[] not null default '{}',
  -- The user's write number when the memories were chosen: the same number means that nothing has changed.
  source_seq bigint,
  -- The generation that wrote the text, so that a repeated step writes it once.
  made_by uuid,
  made_in int not null default 0,
  began_at timestamptz,
  requested_at timestamptz
);
create index user_narratives_due on user_narratives (namespace_id, fresh_until) where narrative_content is not null;

create table user_narrative_version (
  user_id uuid not null references memory_user (id),
  version int not null,
  narrative_content text not null,
  generated_at timestamptz not null,
  model text not null,
  prompt_version text not null,
  sources uuid[] not null default '{}',
  material uuid[] not null default '{}',
  primary key (user_id, version)
);

-- A narrative's state is its job's: whoever writes the job's state (an accept, a run's report, the sweep, a retry) writes both in one
-- statement, so a generation that began ends here, as a text or as a failure.
create function user_narratives_follow_job() returns trigger language plpgsql as $body$
declare
  code text := case when new.state in ('failed', 'cancelled') then coalesce(new.error->>'code', new.state) end;
  now_is text := case when new.state in ('queued', 'running', 'paused') then 'generating' when new.state = 'succeeded' then 'none' else 'failed' end;
begin
  insert into memoir.user_narratives as n (namespace_id, user_id, state, error)
  values (new.namespace_id, new.user_id, now_is, code)
  on conflict (user_id) do update
    set state = case when excluded.state = 'none' and n.narrative_content is not null then 'fresh' else excluded.state end,
        error = excluded.error, updated_at = now();
  return null;
end
$body$;
create trigger job_insert_to_user_narratives after insert on job
  for each row when (new.kind = 'narrative') execute function memoir.user_narratives_follow_job();
create trigger job_state_to_user_narratives after update of state on job
  for each row when (new.kind = 'narrative' and old.state is distinct from new.state)
  execute function memoir.user_narratives_follow_job();

-- What was made of a memory that is forgotten goes with it, in the same statement.
create function narratives_forget_memory() returns trigger language plpgsql as $body$
begin
  delete from memoir.user_narrative_version where user_id = old.user_id and old.id = any(material);
  update memoir.user_narratives
     set narrative_content = null, sources = '{}', material = '{}', source_seq = null, fresh_until = null, updated_at = now(),
         state = case when state = 'fresh' then 'none' else state end
   where user_id = old.user_id and old.id = any(material);
  return null;
end
$body$;
create trigger memory_hidden_from_narratives after update of state on memory_trace
  for each row when (new.state = 'deleted' and old.state <> 'deleted') execute function memoir.narratives_forget_memory();
create trigger memory_removed_from_narratives after delete on memory_trace
  for each row when (old.state <> 'deleted') execute function memoir.narratives_forget_memory();
