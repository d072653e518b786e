-- Vectors of the passages of a long text. They belong to the vector of the whole and go with it, whatever removes that.
create table memory_passage (
  trace_id uuid not null,
  head text not null default 'semantic' check (head = 'semantic'),
  space_id int not null,
  -- Which passage of the text, from 0.
  place smallint not null,
  user_id uuid not null,
  seq bigint not null,
  kind text not null,
  -- vec in a space of fp16, vec_full in one of fp32.
  vec halfvec,
  vec_full vector,
  primary key (trace_id, space_id, place),
  foreign key (trace_id, head, space_id) references memory_embedding (trace_id, head, space_id) on delete cascade,
  check (num_nonnulls(vec, vec_full) = 1)
);
alter table memory_passage alter column vec set storage plain;
alter table memory_passage alter column vec_full set storage plain;
create index memory_passage_user on memory_passage (user_id, space_id, seq);
