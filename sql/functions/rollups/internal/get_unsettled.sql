-- On plain PostgreSQL a transaction that is over in a snapshot is over everywhere, so nothing is
-- unsettled. With rows on several machines, a transaction can be over here and not yet on another.
create or replace function perf_internal.get_unsettled()
returns bigint[]
language sql
set search_path = pg_catalog, pg_temp
as $$
    select '{}'::bigint[];
$$;

comment on function perf_internal.get_unsettled is
    'Transactions that are over on this machine and not yet on another: none on a single server.';

revoke execute on function perf_internal.get_unsettled from public;
