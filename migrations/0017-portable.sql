-- What users take along: finding the conversations of one of them, and knowing imported memories by the ids that their file gives them.
create index conversations_user on conversations (namespace, user_id, source, id);

-- The id that the file gives a memory. Its own is another: facts have theirs from their user and their words.
alter table memory_trace add column imported_id uuid;
create unique index memory_trace_imported on memory_trace (user_id, imported_id) where imported_id is not null;
