-- Since when the graph cannot be written, and the code of why: readiness names it, in whichever process it is asked.
alter table graph_turn add column failing_since timestamptz;
alter table graph_turn add column failure text;
