/**
 * What has to hold in the record whatever was done to it. Each statement answers what breaks it, as a text.
 * Written from the tables and the documentation, and not from the code that writes them.
 */
export const INVARIANTS: Readonly<Record<string, string>> = {
  'a vector without its memory': `
    select 'vector of ' || e.trace_id from memoir.memory_embedding e
      left join memoir.memory_trace t on t.id = e.trace_id and t.state = 'active' and t.user_id = e.user_id and t.seq = e.seq
     where t.id is null`,
  'a memory without its vector': `
    select 'memory ' || t.id || ' says ' || t.vector_state from memoir.memory_trace t
     where t.state = 'active' and t.vector_state <> 'off'
       and (t.vector_state <> 'written' or not exists (
         select from memoir.memory_embedding e where e.trace_id = t.id and e.revision = t.revision and e.head = 'semantic'))`,
  'words without their memory': `
    select 'word of ' || p.seq from memoir.memory_posting p
      left join memoir.memory_trace t on t.seq = p.seq and t.user_id = p.user_id and t.state = 'active'
     where t.id is null`,
  'a memory whose words are not all there': `
    select 'memory ' || t.id || ' has ' || t.text_length || ' words' from memoir.memory_trace t
     where t.state = 'active' and t.kind <> 'episode' and t.text_length <> (
       select coalesce(sum(p.frequency), 0) from memoir.memory_posting p where p.seq = t.seq and p.user_id = t.user_id)`,
  'a link without an end': `
    with ends as (select id, user_id from memoir.memory_trace where state = 'active' union all select id, user_id from memoir.entity)
    select e.type || ' from ' || e.src || ' to ' || e.dst from memoir.memory_edge e
     where e.ended_at is null
       and not (exists (select from ends where id = e.src and user_id = e.user_id)
            and exists (select from ends where id = e.dst and user_id = e.user_id))`,
  'a source without its memory': `
    select 'source of ' || s.trace_id from memoir.memory_source s
      left join memoir.memory_trace t on t.id = s.trace_id where t.id is null`,
  'a revision without its memory': `
    select 'revision ' || r.revision || ' of ' || r.trace_id from memoir.memory_revision r
      left join memoir.memory_trace t on t.id = r.trace_id where t.id is null`,
  'counters that do not count': `
    select 'user ' || u.id || ' says ' || c.said::text || ', has ' || c.has::text
      from memoir.memory_user u, lateral (
        select (u.trace_count, u.episode_count, u.text_count, u.text_length, u.vector_count) as said,
               (count(*), count(*) filter (where t.kind = 'episode'), count(*) filter (where t.kind <> 'episode'),
                coalesce(sum(t.text_length), 0)::bigint,
                (select count(*) from memoir.memory_embedding e where e.user_id = u.id)) as has
          from memoir.memory_trace t where t.user_id = u.id and t.state = 'active') c
     where u.erased_at is null and c.said::text <> c.has::text`,
  'posts that do not add up': `
    select 'session ' || s.id || ' says ' || s.posts from memoir.session s
     where s.posts <> (select count(*) from memoir.raw_session r where r.session = s.id)`,
  'a fact twice': `
    select 'user ' || user_id || ' knows a fact ' || count(*) || ' times' from memoir.memory_trace
     where kind = 'fact' and state = 'active' group by user_id, content_hash having count(*) > 1`,
  'an episode that no conversation has': `
    select 'episode ' || t.id from memoir.memory_trace t
     where t.kind = 'episode' and t.state = 'active' and t.source is not null
       and not exists (select from memoir.ingested_conversation i where i.trace_id = t.id)`,
  'a message without its episode': `
    select 'message ' || t.id from memoir.memory_trace t
     where t.kind = 'message' and t.state = 'active' and t.source is not null and not exists (
       select from memoir.memory_trace e where e.kind = 'episode' and e.state = 'active' and e.user_id = t.user_id
          and e.source = t.source and e.conversation_id = t.conversation_id)`,
  'a job that did not end': `
    select kind || ' ' || id || ' is ' || state from memoir.job
     where state in ('queued', 'running') or (state = 'paused' and error is null and control is null)
        or (state in ('succeeded', 'failed', 'cancelled')) <> (finished_at is not null)`,
  'a job that failed for no reason': `
    select kind || ' ' || id from memoir.job where state = 'failed' and coalesce(error->>'code', '') in ('', 'internal')`,
  'work that was left lying': `
    select 'post ' || id || ' is ' || status from memoir.raw_session where status in ('queued', 'processing')
    union all select 'narrative of ' || user_id || ' is generating' from memoir.user_narratives where state = 'generating'
    union all select 'conversation ' || conversation_id || ' is suspected' from memoir.ingest_suspect
    union all select 'erasure ' || id || ' has no receipt' from memoir.erasure_receipt where finished_at is null
    union all select 'consolidation ' || id || ' is ' || state from memoir.consolidation_run where state in ('planning', 'planned') and not dry_run
    union all select 'the graph was not told to lose ' || trace_id from memoir.graph_removal
    union all select 'the graph lacks ' || id || ', says the record' from memoir.memory_trace where state = 'active' and graph_state <> 'written'
    union all select 'the graph is failing: ' || failure from memoir.graph_turn where failing_since is not null`,
  'an erased user who has something': `
    select t.what || ' of ' || t.user_id from memoir.memory_user u join (
      select user_id, 'memory' as what from memoir.memory_trace union all select user_id, 'word' from memoir.memory_posting
      union all select user_id, 'vector' from memoir.memory_embedding union all select user_id, 'link' from memoir.memory_edge
      union all select user_id, 'name' from memoir.entity union all select user_id, 'post' from memoir.raw_session
      union all select user_id, 'session' from memoir.session union all select user_id, 'narrative' from memoir.user_narratives
      union all select user_id, 'source' from memoir.memory_source) t on t.user_id = u.id
     where u.erased_at is not null`,
  'a broken chain of audit entries': `
    select 'entry ' || seq from (
      select seq, previous_hash, lag(hash) over (order by seq) as before from memoir.audit_log) a
     where before is not null and previous_hash is distinct from before`,
}
