-- Dynamic SQL, because the function is one of Citus.
create or replace function perf_internal.get_table_bytes(table_id regclass)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_bytes bigint;
begin
    if not perf_internal.is_distributed(get_table_bytes.table_id) then
        return pg_total_relation_size(get_table_bytes.table_id);
    end if;
    execute 'select citus_total_relation_size($1)' into v_bytes using get_table_bytes.table_id;
    return v_bytes;
exception
    -- Citus says no size in a transaction that has changed rows.
    when active_sql_transaction then
        return 0;
end
$$;

comment on function perf_internal.get_table_bytes is
    'How much a table takes with its indexes, on all machines; 0 where Citus does not say.';

revoke execute on function perf_internal.get_table_bytes from public;
