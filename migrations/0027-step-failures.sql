-- What went wrong in each step of a job, also when it went well later: how often, and the last code. No words of anybody.
create table job_step_failure (
  job_id   uuid not null references job (id) on delete cascade,
  step     text not null,
  code     text not null,
  failures int not null default 1,
  last_at  timestamptz not null default now(),
  primary key (job_id, step)
);
