-- How the graph store is kept in step with the record: what it still has to be told, and what comparing the two found.

-- Counts changes of a memory's links, which leave its revision alone: what was read before one must not be marked as written after it.
alter table memory_trace add column graph_marks int not null default 0;
create index memory_trace_graph on memory_trace (graph_state, user_id) where graph_state in ('pending', 'failed');

-- What lacks its vector is few, and counted often.
create index memory_trace_vector on memory_trace (user_id) where vector_state in ('pending', 'failed');

-- Memories that the graph still has to lose, with the revision they went at. The nil uuid stands for everything of a user.
create table graph_removal (
  user_id uuid not null,
  trace_id uuid not null,
  revision int not null,
  cascade boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (user_id, trace_id)
);
create index graph_removal_created on graph_removal (created_at);

-- Whatever takes a memory out of sight, no path forgets to tell the graph.
create function memory_trace_leaves_graph() returns trigger language plpgsql as $body$
begin
  insert into memoir.graph_removal (user_id, trace_id, revision)
  values (old.user_id, old.id, case when tg_op = 'DELETE' then old.revision else new.revision end)
  on conflict (user_id, trace_id) do update set revision = greatest(graph_removal.revision, excluded.revision);
  return null;
end
$body$;
create trigger memory_trace_deleted after delete on memory_trace
  for each row when (old.graph_state <> 'off') execute function memory_trace_leaves_graph();
create trigger memory_trace_hidden after update of state on memory_trace
  for each row when (old.graph_state <> 'off' and old.state in ('active', 'pending') and new.state not in ('active', 'pending'))
  execute function memory_trace_leaves_graph();

-- A new revision, or a memory that comes back, has to be written again, whoever makes it.
create function memory_trace_behind_graph() returns trigger language plpgsql as $body$
begin
  new.graph_state := 'pending';
  new.graph_marks := old.graph_marks + 1;
  return new;
end
$body$;
create trigger memory_trace_changed before update on memory_trace
  for each row when (old.graph_state in ('written', 'failed') and new.graph_state = old.graph_state
    and (new.revision <> old.revision or (old.state <> 'active' and new.state = 'active')))
  execute function memory_trace_behind_graph();

-- Whether there is a graph store beside Postgres, as the workers are configured. One worker at a time tells it; a dead one's turn runs out.
create table graph_turn (
  one boolean primary key default true check (one),
  wanted boolean not null default false,
  holder uuid,
  until timestamptz not null default now()
);
insert into graph_turn default values;

-- Every new memory has to be told to the graph when there is one, whoever writes it.
create function graph_state_of_new() returns text language plpgsql stable as $body$
begin
  return case when (select wanted from memoir.graph_turn) then 'pending' else 'off' end;
end
$body$;
alter table memory_trace alter column graph_state set default graph_state_of_new();

create table drift_report (
  id uuid primary key,
  namespace_id uuid not null references namespace (id),
  user_id uuid references memory_user (id),
  job_id uuid not null,
  operation text not null check (operation in ('check', 'repair', 'full', 'rebuild')),
  dry_run boolean not null,
  checked bigint not null default 0,
  missing bigint not null default 0,
  extra bigint not null default 0,
  stale bigint not null default 0,
  ahead bigint not null default 0,
  repaired bigint not null default 0,
  failed bigint not null default 0,
  -- The first ids of each sort.
  sample jsonb not null default '{}',
  -- Where a run that was cut short goes on.
  position jsonb,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (job_id)
);
create index drift_report_list on drift_report (namespace_id, started_at desc);

-- Where a comparison with a limit goes on. The nil uuid stands for all users of the namespace.
create table sync_cursor (
  namespace_id uuid not null references namespace (id),
  user_id uuid not null,
  position jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (namespace_id, user_id)
);
