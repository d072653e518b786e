-- What a memory's salience was when it was written: consolidation weighs it again, from there each time. Null while it never has.
alter table memory_trace add column salience_written real;
