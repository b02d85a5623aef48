-- On plain PostgreSQL a commit is over when its transaction leaves the snapshot, so nothing is
-- unsettled. Where rows are spread over several nodes, a transaction can be over here and not yet
-- there.
create or replace function perf_internal.get_unsettled()
returns bigint[]
language sql
set search_path = pg_catalog, pg_temp
as $$
    select '{}'::bigint[];
$$;

comment on function perf_internal.get_unsettled is
    'Transactions that are over on this node and not yet on another: none on a single server.';

revoke execute on function perf_internal.get_unsettled from public;
