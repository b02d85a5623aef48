create or replace function perf_internal.get_guard_problem(guard jsonb)
returns text
language plpgsql
stable
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    g jsonb := get_guard_problem.guard;
    v_metrics text[] := array(select m.metric from perf_internal.get_config_metrics() as m);
    v_unknown jsonb;
    v_within interval;
begin
    if jsonb_typeof(g) <> 'object' then
        return 'guard must be an object, got ' || jsonb_typeof(g);
    elsif pg_column_size(g) > 2000 then
        return 'guard must be at most 2000 bytes, got ' || pg_column_size(g);
    end if;
    v_unknown := g - array['metric', 'worse_than', 'within', 'min_calls'];
    begin
        v_within := case
            when jsonb_typeof(g -> 'within') = 'string' then (g ->> 'within')::interval
        end;
    exception
        when invalid_datetime_format or datetime_field_overflow or interval_field_overflow then
            null;
    end;
    return case
        when v_unknown <> '{}'
            then 'guard has no key '
                || perf_internal.quote_value(
                    (select k from jsonb_object_keys(v_unknown) as k limit 1)
                )
        when coalesce(
            jsonb_typeof(g -> 'metric') <> 'string' or g ->> 'metric' <> all(v_metrics), true
        )
            then format(
                'guard: metric must be one of %s, got %s',
                array_to_string(v_metrics, ', '),
                perf_internal.quote_value(g ->> 'metric')
            )
        when coalesce(
            case jsonb_typeof(g -> 'worse_than')
                when 'number' then (g ->> 'worse_than')::numeric not between 0 and
                    case when g ->> 'metric' = 'error_rate' then 0.999999 else 1e10 end
                when 'string' then g ->> 'worse_than' !~ '^[0-9]{1,6}([.][0-9]{1,6})?%$'
            end,
            true
        )
            then format(
                'guard: worse_than must be a limit (for error_rate below 1) or a text like "20%%", got %s',
                perf_internal.quote_value(g ->> 'worse_than')
            )
        when coalesce(
            jsonb_typeof(g -> 'min_calls') <> 'number'
                or (g ->> 'min_calls')::numeric not between 1 and 1e9
                or (g ->> 'min_calls')::numeric % 1 <> 0,
            g ? 'min_calls'
        )
            then 'guard: min_calls must be a whole number from 1, got '
                || perf_internal.quote_value(g ->> 'min_calls')
        when coalesce(v_within not between '1 minute' and '7 days', true)
            then 'guard: within must be between 1 minute and 7 days, got '
                || perf_internal.quote_value(g ->> 'within')
    end;
end
$$;

comment on function perf_internal.get_guard_problem is 'What is wrong with a guard; null if nothing.';

revoke execute on function perf_internal.get_guard_problem from public;
