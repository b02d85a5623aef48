create or replace function perf_internal.get_guard_problem(guard jsonb)
returns text
language plpgsql
stable
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    g jsonb := get_guard_problem.guard;
    v_metric record;
    v_unknown jsonb;
    v_within interval;
begin
    if jsonb_typeof(g) <> 'object' then
        return 'guard must be an object, got ' || jsonb_typeof(g);
    elsif pg_column_size(g) > 2000 then
        return 'guard must be at most 2000 bytes, got ' || pg_column_size(g);
    end if;
    v_unknown := g - array['metric', 'worse_than', 'within', 'min_calls'];
    select m.metric, m.is_share, m.higher_is, starts_with(m.metric, 'quality') as is_quality
    into v_metric
    from perf_internal.get_config_metrics() as m
    where to_jsonb(m.metric) = g -> 'metric';
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
        when v_metric.metric is null
            then format(
                'guard: metric must be one of %s, or quality. and the name of a score, got %s',
                (
                    select string_agg(m.metric, ', ' order by m.ordinality)
                    from perf_internal.get_config_metrics() with ordinality as m
                    where not starts_with(m.metric, 'quality.')
                ),
                perf_internal.quote_value(g ->> 'metric')
            )
        when coalesce(
            case jsonb_typeof(g -> 'worse_than')
                when 'number' then (g ->> 'worse_than')::numeric
                    not between case when v_metric.is_quality then -1e10 else 0 end
                    and case when v_metric.is_share then 0.999999 else 1e10 end
                when 'string' then g ->> 'worse_than' !~ '^[0-9]{1,6}([.][0-9]{1,6})?%$'
            end,
            true
        )
            then format(
                'guard: worse_than must be a limit (for a rate below 1) or a text like "20%%", got %s',
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
