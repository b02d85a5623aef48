-- pg_dump does not save the rows of a materialized view. The restored database computes them after
-- all data is in. Computing this view translates the transaction ids of the dump. Until then it
-- cannot be read, so recording and runs refuse to work with the ids of another cluster.
create materialized view if not exists perf_internal.origin as
select
    perf_internal.adopt_restored_rows() as origin,
    now() as made_at;

comment on materialized view perf_internal.origin is
    'The id of this database. A restored database gets another one. Readable once a restore is complete.';
