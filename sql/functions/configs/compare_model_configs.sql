create or replace function perf.compare_model_configs(
    id_a uuid,
    id_b uuid,
    max_rows integer default 1000
)
returns table (path text[], setting text, kind text, old_value jsonb, new_value jsonb)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_a perf.model_config_history;
    v_b perf.model_config_history;
    v_row_count bigint;
begin
    perform perf_internal.require_role('analyst');
    perform perf_internal.check_max_rows(compare_model_configs.max_rows);
    v_a := perf_internal.get_model_config(compare_model_configs.id_a);
    v_b := perf_internal.get_model_config(compare_model_configs.id_b);
    return query
    select d.*
    from perf_internal.compare_json(v_a.config_data, v_b.config_data) as d;
    get diagnostics v_row_count = row_count;
    perform perf_internal.check_max_rows(compare_model_configs.max_rows, v_row_count);
end
$$;

comment on function perf.compare_model_configs is
    'What differs from version a to version b: path (keys and array positions from 0), setting (the same as a JSON path), kind (added, removed, changed), old and new value. Applied to a it gives b. Errors: 22023 more than max_rows rows, 42501 not an analyst, PT404 unknown id.';

revoke execute on function perf.compare_model_configs from public;
grant execute on function perf.compare_model_configs
    to authenticated, service_role, perf_admin, perf_analyst;
