-- Dynamic SQL, because the table is one of Citus.
create or replace function perf_internal.refuse_node()
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_coordinator text;
begin
    if to_regclass('pg_catalog.pg_dist_node') is not null then
        execute
            'select format(''%s:%s'', n.nodename, n.nodeport)
            from pg_catalog.pg_dist_node as n
            where n.groupid = 0
                and n.noderole = ''primary'''
        into v_coordinator;
    end if;
    raise exception using
        errcode = 'PT409',
        message = 'this is a worker of a cluster, which takes no calls and answers no reports',
        hint = 'Connect to the coordinator: ' || coalesce(v_coordinator, 'unknown') || '.';
end
$$;

comment on function perf_internal.refuse_node is
    'Raises PT409, naming the coordinator. On workers it is the default of transaction_id, and what require_role() does; see perf_internal.guard_node().';

revoke execute on function perf_internal.refuse_node from public;
