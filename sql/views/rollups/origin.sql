-- pg_dump does not save what a materialized view holds: it has the restored database compute it
-- again, after all data is in. Computing this one translates the transaction ids of the dump. Until
-- then it cannot be read, so nobody records a call or takes the ids of another cluster for its own.
create materialized view if not exists perf_internal.origin as
select
    perf_internal.adopt_restored_rows() as origin,
    now() as made_at;

comment on materialized view perf_internal.origin is
    'This database, as made or restored: another id for each. Readable once a restore is complete.';
