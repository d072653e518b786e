-- What is to be remembered of conversations, as a namespace says it, and each of its collections that says otherwise.
-- A row without settings was reset: its version goes on, so that no two settings of one place ever have the same.
create table extraction_setting (
  namespace_id uuid not null references namespace (id),
  collection text not null default '',
  version int not null default 1,
  settings jsonb,
  updated_at timestamptz not null default now(),
  primary key (namespace_id, collection)
);

alter table memory_trace add column category text;

-- By which version of the settings a conversation was ingested; 0 is without any.
alter table ingested_conversation add column extraction_version int not null default 0;
