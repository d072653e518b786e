-- Transcripts that chat applications post: sessions, the posts of each in the order of acceptance, and what became of them by day.
create table session (
  id uuid primary key,
  namespace_id uuid not null references namespace (id),
  user_id uuid not null references memory_user (id),
  collection text not null default '',
  session_id text not null check (length(session_id) between 1 and 256),
  -- The number of the last accepted post.
  posts int not null default 0,
  -- Eight bytes a turn of what was processed: a post that begins with them extends it, anything else is another version.
  done_turns bytea not null default '',
  summary_trace_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (namespace_id, collection, user_id, session_id)
);
create index session_of_user on session (user_id);
create index session_list on session (namespace_id, updated_at desc, id desc);

create table raw_session (
  id uuid primary key,
  session uuid not null references session (id) on delete cascade,
  namespace_id uuid not null references namespace (id),
  user_id uuid not null references memory_user (id),
  collection text not null default '',
  number int not null,
  job_id uuid not null,
  text_hash bytea not null,
  -- [{ role, name, content, at }] as the parser read it, and eight bytes a turn of the same.
  turns jsonb not null,
  turn_digests bytea not null,
  metadata jsonb not null default '{}',
  bytes int not null,
  -- The first turn that no earlier post had; fixed when the post is first begun, so that every repeated step sees the same turns.
  first_new int,
  status text not null default 'queued' check (status in ('queued', 'processing', 'processed', 'error')),
  error text,
  facts int not null default 0,
  superseded int not null default 0,
  queued_at timestamptz not null default now(),
  started_at timestamptz,
  processed_at timestamptz,
  unique (session, number),
  unique (session, text_hash)
);
create unique index raw_session_job on raw_session (job_id);
create index raw_session_open on raw_session (namespace_id, collection, queued_at) where status in ('queued', 'processing');
create index raw_session_retention on raw_session (processed_at) where status in ('processed', 'error');
create index raw_session_user on raw_session (user_id);

create table processing_stats (
  namespace_id uuid not null references namespace (id),
  collection text not null default '',
  day date not null,
  processed int not null default 0,
  errors int not null default 0,
  facts int not null default 0,
  superseded int not null default 0,
  summaries int not null default 0,
  -- From the first step to the last, of all that were processed.
  seconds double precision not null default 0,
  primary key (namespace_id, collection, day)
);

-- A post's status is its job's state, and a day's counts are of the ends that posts came to: whoever writes the job's state (a run's
-- report, the sweep, a retry) writes both in the same statement, so none of them can be forgotten or counted twice.
create function raw_session_follows_job() returns trigger language plpgsql as $body$
declare
  post memoir.raw_session;
begin
  update memoir.raw_session r
     set status = case new.state
           when 'queued' then 'queued' when 'running' then 'processing' when 'paused' then 'processing'
           when 'succeeded' then 'processed' else 'error' end,
         error = case when new.state in ('failed', 'cancelled') then coalesce(new.error->>'code', new.state) end,
         started_at = case new.state when 'queued' then null when 'running' then coalesce(r.started_at, now()) else r.started_at end,
         processed_at = case when new.state in ('succeeded', 'failed', 'cancelled') then now() end
   where r.job_id = new.id and r.namespace_id = new.namespace_id
  returning r.* into post;
  if post.status in ('processed', 'error') then
    insert into memoir.processing_stats as s (namespace_id, collection, day, processed, errors, facts, superseded, summaries, seconds)
    select post.namespace_id, post.collection, (now() at time zone 'utc')::date,
           done, 1 - done, done * post.facts, done * post.superseded, done * (s.summary_trace_id is not null)::int,
           done * coalesce(extract(epoch from now() - post.started_at), 0)
      from memoir.session s, lateral (select (post.status = 'processed')::int as done) as d
     where s.id = post.session
    on conflict (namespace_id, collection, day) do update
      set processed = s.processed + excluded.processed, errors = s.errors + excluded.errors, facts = s.facts + excluded.facts,
          superseded = s.superseded + excluded.superseded, summaries = s.summaries + excluded.summaries,
          seconds = s.seconds + excluded.seconds;
  end if;
  return null;
end
$body$;
create trigger job_state_to_raw_session after update of state on job
  for each row when (new.kind = 'session' and old.state is distinct from new.state)
  execute function memoir.raw_session_follows_job();

-- Named things of one user. The normalised name is what two ways to write the same have in common.
create table entity (
  id uuid primary key,
  user_id uuid not null references memory_user (id),
  type text not null,
  value text not null,
  normalized text not null,
  aliases text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, type, normalized)
);

-- Which model and which version of its prompt a memory was made with.
alter table memory_trace add column model text, add column prompt_version text;
create index memory_trace_session on memory_trace (user_id, session_id) where session_id is not null;
create index memory_trace_superseded on memory_trace (user_id, superseded_by) where superseded_by is not null;
