-- What was forgotten and who was erased: a fence for work that is under way, and what an erasure came to.

-- Grows with each forgetting: work that read the user's texts before it has to read them again.
alter table memory_user add column forget_seq bigint not null default 0;

-- Counts only. The same entry stands in the hash-chained audit log.
create table erasure_receipt (
  id uuid primary key,
  namespace_id uuid not null references namespace (id),
  user_id uuid not null,
  -- Rows, by table or store.
  deleted jsonb not null default '{}',
  -- What the search after the wait still found, and deleted.
  found_again jsonb not null default '{}',
  requested_at timestamptz not null,
  finished_at timestamptz
);
