-- What model vendors were asked, by day (UTC), and what a job may spend of it. Tokens are counted before a request is sent.
alter table job add column budget_tokens bigint, add column spent_tokens bigint not null default 0;

create table usage (
  namespace_id uuid not null references namespace (id),
  day date not null,
  model text not null,
  purpose text not null,
  requests bigint not null default 0,
  tokens bigint not null default 0,
  primary key (namespace_id, day, model, purpose)
);
