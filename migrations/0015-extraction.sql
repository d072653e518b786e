-- How the facts of a conversation were extracted: one that is asked for another way is processed though nothing in it changed.
alter table ingested_conversation
  add column extracted text not null default 'none' check (extracted in ('none', 'rules', 'model'));
