-- Vectors live in a space: (provider, model, dimension, precision). Vectors of different spaces are never compared; one space is active.
create table embedding_space (
  id int generated always as identity primary key,
  provider text not null,
  model text not null,
  dimensions int not null,
  precision text not null check (precision in ('fp16', 'fp32')),
  state text not null check (state in ('active', 'shadow', 'retired')),
  indexed_at timestamptz,
  created_at timestamptz not null default now(),
  unique (provider, model, dimensions, precision)
);
create unique index embedding_space_one_active on embedding_space ((true)) where state = 'active';

create table memory_embedding (
  trace_id uuid not null references memory_trace (id) on delete cascade,
  head text not null check (head in ('semantic', 'entity', 'situation')),
  space_id int not null references embedding_space (id),
  user_id uuid not null,
  seq bigint not null,
  -- The trace's kind again, so that a scan can leave episodes out without reading the record.
  kind text not null,
  tier text not null default 'hot' check (tier in ('hot', 'warm')),
  revision int not null,
  -- vec in a space of fp16, vec_full in one of fp32.
  vec halfvec,
  vec_full vector,
  primary key (trace_id, head, space_id),
  check (num_nonnulls(vec, vec_full) = 1)
);
-- Compressing vectors gains nothing and costs every scan.
alter table memory_embedding alter column vec set storage plain;
alter table memory_embedding alter column vec_full set storage plain;
create index memory_embedding_user on memory_embedding (user_id, space_id, head, seq);
