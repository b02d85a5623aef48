-- Runs on a worker. Rows of all series need ids of one number space, which is that of the coordinator. A
-- worker has tables and functions like the coordinator, so it could record with ids of its own.
--
-- Dynamic SQL, because names of tables cannot be parameters, and because functions are made.
create or replace function perf_internal.guard_node()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_table text;
    v_is_coordinator boolean;
begin
    execute 'select l.groupid = 0 from pg_catalog.pg_dist_local_group as l' into v_is_coordinator;
    if v_is_coordinator then
        raise exception using
            errcode = 'PT409',
            message = 'this is the coordinator, which takes calls';
    end if;
    -- Otherwise it would change the coordinator.
    perform set_config('citus.enable_ddl_propagation', 'off', true);
    for v_table in
        select t.table_name from perf_internal.get_unguarded_tables() as t (table_name)
    loop
        execute format(
            'alter table %s alter column transaction_id set default perf_internal.refuse_node()',
            v_table
        );
    end loop;
    -- Settings of functions do not reach workers. To compile a run would take longer than the run.
    execute format(
        'alter role %I in database %I set jit = off', current_user, current_database()
    );
    execute format(
        'alter role %I in database %I set work_mem = ''64MB''', current_user, current_database()
    );
    execute
        'create or replace function perf_internal.require_role(variadic roles perf.app_role[])
        returns boolean
        language plpgsql
        stable
        set search_path = pg_catalog, pg_temp
        as ''begin perform perf_internal.refuse_node(); return false; end''';
end
$$;

comment on function perf_internal.guard_node is
    'Makes this worker of a cluster refuse calls and reports, because only the coordinator gives out ids of transactions.';

revoke execute on function perf_internal.guard_node from public;
