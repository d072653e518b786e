-- Which entries of the erasure ledger, a file outside of this database, this database has carried out. A restored dump knows fewer.
create table erasure_ledger (
  seq bigserial primary key,
  id uuid not null unique,
  namespace_id uuid not null references namespace (id),
  kind text not null check (kind in ('trace', 'content', 'session', 'user')),
  user_id uuid,
  key_id text not null,
  hash bytea not null,
  noted_at timestamptz not null default now()
);
