-- What happened to memories, users, narratives and jobs, for those who want to hear of it: ids and kinds, never content.
create table memory_event (
  -- In the order in which rows were written, which is not the order in which their transactions ended.
  seq bigint generated always as identity primary key,
  -- In the order in which readers see them: given once the row can be seen by all, so a reader that is past it has missed nothing.
  position bigint,
  id uuid not null default gen_random_uuid(),
  -- No foreign keys: checking them would cost ingest more than writing the row.
  namespace_id uuid not null,
  user_id uuid,
  type text not null,
  -- The memory, the job or the erasure it is about.
  subject uuid,
  -- Of the memory or the job.
  kind text,
  -- Of the memory: a key that is bound to scopes hears of no other.
  scope text,
  -- The code of a failed job, the version of a narrative.
  detail jsonb,
  created_at timestamptz not null default now()
);
create index memory_event_unnumbered on memory_event (namespace_id, seq) where position is null;
create unique index memory_event_position on memory_event (namespace_id, position) where position is not null;
create index memory_event_user on memory_event (user_id, position);
create index memory_event_created on memory_event using brin (created_at) with (pages_per_range = 16, autosummarize = on);

-- The last position given in a namespace. Its row is locked by whoever gives more.
create table memory_event_head (
  namespace_id uuid primary key references namespace (id),
  position bigint not null default 0
);

-- Triggers write the events in the same statement, so no code path can omit one. A user who is erased has no events.
create function memory_trace_tells_added() returns trigger language plpgsql as $body$
begin
  insert into memoir.memory_event (namespace_id, user_id, type, subject, kind, scope)
  select u.namespace_id, u.id, 'memory.created', t.id, t.kind, t.scope
    from added t join memoir.memory_user u on u.id = t.user_id
   where t.state <> 'deleted' and u.erased_at is null
   order by t.seq;
  return null;
end
$body$;
create trigger memory_trace_added_to_events after insert on memory_trace
  referencing new table as added for each statement execute function memory_trace_tells_added();

create function memory_trace_tells_changed() returns trigger language plpgsql as $body$
begin
  insert into memoir.memory_event (namespace_id, user_id, type, subject, kind, scope)
  select u.namespace_id, u.id, case
           when new.state = 'deleted' then 'memory.forgotten'
           when new.state = 'superseded' and old.state <> 'deleted' then 'memory.superseded'
           when new.state <> old.state then 'memory.restored'
           else 'memory.updated' end,
         new.id, new.kind, new.scope
    from memoir.memory_user u
   where u.id = new.user_id and u.erased_at is null;
  return null;
end
$body$;
create trigger memory_trace_changed_to_events after update on memory_trace
  for each row when (new.state <> old.state or (new.state = 'active' and new.revision <> old.revision))
  execute function memory_trace_tells_changed();

create function memory_trace_tells_removed() returns trigger language plpgsql as $body$
begin
  insert into memoir.memory_event (namespace_id, user_id, type, subject, kind, scope)
  select u.namespace_id, u.id, 'memory.forgotten', t.id, t.kind, t.scope
    from removed t join memoir.memory_user u on u.id = t.user_id
   -- One that was deleted before has its event from then.
   where t.state <> 'deleted' and u.erased_at is null
   order by t.seq;
  return null;
end
$body$;
create trigger memory_trace_removed_to_events after delete on memory_trace
  referencing old table as removed for each statement execute function memory_trace_tells_removed();

create function job_tells_end() returns trigger language plpgsql as $body$
begin
  insert into memoir.memory_event (namespace_id, user_id, type, subject, kind, detail)
  values (new.namespace_id,
    -- The job of a user who is erased is nobody's.
    (select u.id from memoir.memory_user u where u.id = new.user_id and u.erased_at is null),
    'job.' || new.state, new.id, new.kind,
    case when new.state = 'failed' then jsonb_build_object('code', new.error->>'code') end);
  return null;
end
$body$;
create trigger job_end_to_events after update of state on job
  for each row when (new.state in ('succeeded', 'failed') and old.state <> new.state) execute function job_tells_end();

create function user_narratives_tell_version() returns trigger language plpgsql as $body$
begin
  insert into memoir.memory_event (namespace_id, user_id, type, detail)
  select new.namespace_id, u.id, 'narrative.updated', jsonb_build_object('version', new.version)
    from memoir.memory_user u where u.id = new.user_id and u.erased_at is null;
  return null;
end
$body$;
create trigger user_narratives_new_to_events after insert on user_narratives
  for each row when (new.version > 0 and new.narrative_content is not null) execute function user_narratives_tell_version();
create trigger user_narratives_version_to_events after update of version on user_narratives
  for each row when (new.version > old.version and new.narrative_content is not null) execute function user_narratives_tell_version();
