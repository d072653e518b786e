-- Who speaks in a user's conversations is read off the record, name by name, whenever it has changed.
create index memory_trace_name on memory_trace (user_id, (meta ->> 'name')) where kind = 'message' and meta ? 'name';
