-- The endpoints that events are delivered to, and how far each is.
create table webhook (
  id uuid primary key,
  namespace_id uuid not null references namespace (id),
  -- Only events about this user.
  user_id uuid references memory_user (id),
  url text not null,
  -- Only events of these types; null is all.
  types text[],
  include_content boolean not null default false,
  description text,
  -- What deliveries are signed with, sealed under MEMOIR_ENCRYPTION_KEY.
  secret bytea not null,
  -- Up to this position events have become deliveries.
  position bigint not null,
  -- Why nothing is sent any more.
  disabled text check (disabled in ('gone')),
  -- When its run was last signalled that there is something to send; null when there is nothing.
  signalled_at timestamptz,
  created_at timestamptz not null default now()
);
create index webhook_namespace on webhook (namespace_id, created_at desc, id desc);

-- One row an event and webhook. Goes with its event.
create table webhook_delivery (
  event_seq bigint not null references memory_event (seq) on delete cascade,
  webhook_id uuid not null references webhook (id) on delete cascade,
  -- That of the event.
  position bigint not null,
  -- What is sent one after the other: the user; the nil uuid for events of the whole namespace.
  line uuid not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'skipped')),
  attempts int not null default 0,
  response_status int,
  error text check (error in ('status', 'gone', 'redirect', 'timeout', 'unreachable', 'address_refused')),
  attempted_at timestamptz,
  delivered_at timestamptz,
  primary key (event_seq, webhook_id)
);
create unique index webhook_delivery_position on webhook_delivery (webhook_id, position);
create index webhook_delivery_pending on webhook_delivery (webhook_id, line, position) where state = 'pending';

-- Users with something to send, of each webhook. Whoever sends holds the row for a while.
create table webhook_line (
  webhook_id uuid not null references webhook (id) on delete cascade,
  line uuid not null,
  -- The highest position that waits in it.
  last_position bigint not null,
  -- When the first that waits may be sent; while somebody sends, when that one counts as dead.
  due_at timestamptz not null default now(),
  holder uuid,
  -- How often in a row the first that waits has failed.
  failures int not null default 0,
  -- It failed as often as the schedule allows: nothing of this user is sent until it is replayed.
  parked_at timestamptz,
  primary key (webhook_id, line)
);
create index webhook_line_due on webhook_line (webhook_id, due_at) where parked_at is null;
