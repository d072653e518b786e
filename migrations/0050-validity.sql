-- A memory may hold, be superseded or deleted, and hold again. Each return keeps the time before it as a revision, whoever writes the
-- return, so that recall as of a moment knows every interval in which the memory held.
create function memory_trace_holds_again() returns trigger language plpgsql as $body$
begin
  insert into memoir.memory_revision (trace_id, revision, user_id, content, content_hash, meta, valid_from, fields)
  values (old.id, old.revision, old.user_id, old.content, old.content_hash, old.meta, old.updated_at,
    jsonb_build_object('kind', old.kind, 'role', old.role, 'scope', old.scope, 'summary', old.summary, 'tags', old.tags,
      'importance', old.importance, 'salience', old.salience, 'external_id', old.external_id, 'session_id', old.session_id,
      'conversation_id', old.conversation_id, 'occurred_at', old.occurred_at, 'expires_at', old.expires_at)
    || jsonb_strip_nulls(jsonb_build_object('deleted_at', case when old.state = 'deleted' then old.deleted_at end,
      'superseded_at', old.superseded_at, 'superseded_by', old.superseded_by)))
  on conflict (trace_id, revision) do nothing;
  return new;
end
$body$;
create trigger memory_trace_returned before update of state on memory_trace
  for each row when (old.state in ('superseded', 'deleted') and new.state = 'active' and new.revision > old.revision)
  execute function memory_trace_holds_again();

-- What a memory superseded is looked for when it goes.
create index memory_trace_superseded_by on memory_trace (user_id, superseded_by) where superseded_by is not null;
