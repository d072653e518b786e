-- An entity that goes, or whose links change, is told to the graph too: its name is what somebody said.
alter table graph_removal add column entity boolean not null default false;

-- Whatever removes an entity, no path forgets to tell the graph.
create function entity_leaves_graph() returns trigger language plpgsql as $body$
begin
  insert into memoir.graph_removal as g (user_id, trace_id, revision, entity)
  select old.user_id, old.id, 0, true from memoir.graph_turn where wanted
  on conflict (user_id, trace_id) do update set revision = g.revision + 1;
  return null;
end
$body$;
create trigger entity_deleted after delete on entity for each row execute function entity_leaves_graph();
