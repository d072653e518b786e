-- How a memory spells what it names: a spelling goes with the last memory that gives it, though others still name the thing.
alter table memory_edge add column spelling text;
