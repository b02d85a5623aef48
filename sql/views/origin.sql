-- pg_dump does not save what a materialized view holds: it has the restored database compute it
-- again, after all data is in. Computing this one translates the transaction ids of the dump. Until
-- then it cannot be read, and no run takes the ids of another cluster for its own.
create materialized view if not exists perf_internal.origin as
select
    now() as made_at,
    perf_internal.adopt_restored_calls() as adopted_calls;

comment on materialized view perf_internal.origin is
    'When this database was made or restored, and how many calls it got a new transaction id for.';
