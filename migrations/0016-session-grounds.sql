-- What rests on a session or a conversation is asked for by those, and a user's memories are listed newest first in each collection.
create index memory_source_session on memory_source (user_id, session_id) where session_id is not null;
create index memory_source_conversation on memory_source (user_id, conversation_id) where conversation_id is not null;
create index memory_trace_collection on memory_trace (collection, created_at desc, id desc) where collection is not null;
