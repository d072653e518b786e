-- Jobs that ended long ago are found without reading the others.
create index job_finished on job (finished_at) where state in ('succeeded', 'failed', 'cancelled');
