-- What a namespace has spent on model vendors in a day (UTC), in US dollars, and how much it may. Counted before it is spent.
create table day_spending (
  namespace_id uuid not null references namespace (id),
  day date not null,
  dollars numeric not null default 0 check (dollars >= 0),
  primary key (namespace_id, day)
);

-- What it cost at the price of its day; null when nobody knew that price.
alter table usage add column dollars numeric;

-- Null: what BUDGET_PER_DAY says.
alter table namespace add column budget_per_day numeric check (budget_per_day >= 0);
