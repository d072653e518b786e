-- Clauses that were forgotten, as keyed hashes of their words, so that they are known inside other texts too.
create table forgotten_clause (
  namespace_id uuid not null references namespace (id),
  user_id uuid not null,
  -- Of all words of the clause.
  hash bytea not null,
  -- Of its longest word, and which one that is: only where a text has that word is anything else compared.
  anchor bytea not null,
  anchor_at int not null,
  words int not null check (words > 0),
  -- The memory that was forgotten, hashed as in `forgotten`, where the clause is what a fact was found in; empty for its own words.
  origin bytea not null default '',
  -- Only the memory was deleted: the clause is kept out of what is derived, and stays in what was said.
  deleted_only boolean not null,
  primary key (user_id, hash, origin)
);
create index forgotten_clause_origin on forgotten_clause (namespace_id, origin) where origin <> '';
