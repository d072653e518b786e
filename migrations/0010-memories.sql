-- Memories that are written directly: what stood in every field before a change, and who says that a memory names something.
alter table memory_revision add column fields jsonb not null default '{}';
alter table memory_edge add column source text check (source in ('given', 'rules', 'model'));
-- Lists go through a user's memories from the newest to the oldest.
create index memory_trace_user_seq on memory_trace (user_id, seq desc);
-- What has to be deleted for good in time.
create index memory_trace_deleted on memory_trace (deleted_at) where state = 'deleted';
