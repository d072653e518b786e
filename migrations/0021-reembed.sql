-- Embedding memories anew: a space is filled in the shadow of the active one, takes its place at once, and can give it back for some days.

-- The space that is filled to follow this one. Writers read it under the lock under which it is set, so they note what they write.
alter table embedding_space add column successor int references embedding_space (id) on delete set null;
-- The space that this one took the place of.
alter table embedding_space add column predecessor int references embedding_space (id) on delete set null;
-- Taken back on purpose: serves on, whatever model is configured by now.
alter table embedding_space add column pinned boolean not null default false;
alter table embedding_space add column retired_at timestamptz;

-- Written in the active space while another is filled: to be embedded there as well before it takes over.
create table reembed_due (
  space_id int not null references embedding_space (id) on delete cascade,
  trace_id uuid not null references memory_trace (id) on delete cascade,
  user_id uuid not null,
  mark bigint generated always as identity,
  primary key (space_id, trace_id)
);
create index reembed_due_mark on reembed_due (space_id, mark);
create index reembed_due_trace on reembed_due (trace_id);
