-- A trigger function with the rights of its owner calls this first: whoever may execute it, for example
-- by "grant all", could make a trigger of it on a table of their own.
create or replace function perf_internal.check_trigger_table(schema_name name)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if check_trigger_table.schema_name not in ('perf', 'perf_internal') then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'triggers of pgkit are for its own tables';
    end if;
end
$$;

comment on function perf_internal.check_trigger_table is
    'Refuses (42501) a trigger on a table of another schema than perf and perf_internal.';

revoke execute on function perf_internal.check_trigger_table from public;
