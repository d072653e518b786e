-- Clauses that were forgotten stand in the ledger too: a dump from before a memory was stored knows nothing to make them of.
alter table erasure_ledger drop constraint erasure_ledger_kind_check,
  add constraint erasure_ledger_kind_check check (kind in ('trace', 'content', 'session', 'user', 'clause')),
  add column clause jsonb;
create index erasure_ledger_noted on erasure_ledger (noted_at);
