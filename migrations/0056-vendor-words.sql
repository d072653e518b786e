-- What the model vendor said when a step failed, for administrators. It may quote what was sent to it.
alter table job_step_failure add column detail text;
