create or replace function perf_internal.get_guard_problem(guard jsonb)
returns text
language plpgsql
stable
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    g jsonb := get_guard_problem.guard;
    v_key text;
    v_within interval;
begin
    if jsonb_typeof(g) <> 'object' then
        return 'guard must be an object, got ' || jsonb_typeof(g);
    end if;
    select k
    into v_key
    from jsonb_object_keys(g) as k
    where k not in ('metric', 'worse_than', 'within', 'min_calls')
    limit 1;
    if v_key is not null then
        return format('guard has no key %s', perf_internal.quote_value(v_key));
    end if;
    if not exists (
        select 1
        from perf_internal.get_config_metrics() as m
        where to_jsonb(m.metric) = g -> 'metric'
    ) then
        return format(
            'guard: metric must be one of %s, got %s',
            (select string_agg(m.metric, ', ') from perf_internal.get_config_metrics() as m),
            perf_internal.quote_value(g ->> 'metric')
        );
    end if;
    if coalesce(
        case jsonb_typeof(g -> 'worse_than')
            when 'number' then (g ->> 'worse_than')::numeric not between 0 and
                case when g ->> 'metric' = 'error_rate' then 0.999999 else 1e10 end
            when 'string' then g ->> 'worse_than' !~ '^\d{1,6}(\.\d{1,6})?%$'
        end,
        true
    ) then
        return format(
            'guard: worse_than must be a limit (for error_rate below 1) or a text like "20%%", got %s',
            perf_internal.quote_value(g ->> 'worse_than')
        );
    end if;
    if coalesce(
        jsonb_typeof(g -> 'min_calls') <> 'number'
            or (g ->> 'min_calls')::numeric not between 1 and 1e9
            or (g ->> 'min_calls')::numeric % 1 <> 0,
        g ? 'min_calls'
    ) then
        return 'guard: min_calls must be a whole number from 1, got '
            || perf_internal.quote_value(g ->> 'min_calls');
    end if;
    begin
        v_within := case
            when jsonb_typeof(g -> 'within') = 'string' then (g ->> 'within')::interval
        end;
    exception
        when invalid_datetime_format or datetime_field_overflow or interval_field_overflow then
            null;
    end;
    if coalesce(v_within not between '1 minute' and '7 days', true) then
        return 'guard: within must be between 1 minute and 7 days, got '
            || perf_internal.quote_value(g ->> 'within');
    end if;
    return null;
end
$$;

comment on function perf_internal.get_guard_problem is 'What is wrong with a guard; null if nothing.';

revoke execute on function perf_internal.get_guard_problem from public;
