-- The value before is read once, so that the limit is known, recorded and the same at every check.
create or replace function perf_internal.complete_guard(
    guard jsonb,
    current_activation perf.model_config_activations,
    as_of timestamptz default now()
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set intervalstyle = 'postgres'
set timezone = 'UTC'
as $$
declare
    g jsonb := complete_guard.guard;
    v_problem text := perf_internal.get_guard_problem(g);
    v_min_calls integer;
    v_limit double precision;
    v_metric record;
    v_before record;
begin
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = 'For example {"metric": "error_rate", "worse_than": "20%", "within": "1 hour", "min_calls": 50}.';
    elsif (complete_guard.current_activation).id is null then
        raise exception using
            errcode = 'PT409',
            message = 'a first activation cannot be guarded: there is nothing to roll back to';
    end if;
    v_min_calls := coalesce((g ->> 'min_calls')::numeric::integer, 50);
    select
        m.source,
        -- Where higher is better, what is below the limit is worse.
        case m.higher_is when 'better' then -1 else 1 end as direction
    into v_metric
    from perf_internal.get_config_metrics() as m
    where m.metric = g ->> 'metric';
    if jsonb_typeof(g -> 'worse_than') = 'number' then
        -- Rounded, because numeric can be smaller than any double precision.
        v_limit := round((g ->> 'worse_than')::numeric, 12)::float8;
    else
        select m.value, m.call_count
        into v_before
        from perf_internal.measure_type(
            (complete_guard.current_activation).model_type,
            greatest(
                (complete_guard.current_activation).active_from,
                complete_guard.as_of - interval '7 days'
            ),
            complete_guard.as_of,
            source => v_metric.source
        ) as m
        where m.metric = g ->> 'metric';
        if v_before.call_count < v_min_calls then
            raise exception using
                errcode = 'PT409',
                message = format(
                    'a guard relative to the value before needs min_calls (%s) %s under the active configuration in the last 7 days, there are %s',
                    v_min_calls, v_metric.source, v_before.call_count
                ),
                hint = 'Give worse_than as a number, the limit itself.';
        end if;
        if v_before.value = 0 then
            raise exception using
                errcode = 'PT409',
                message = format(
                    '%s was 0 under the active configuration: no percentage is worse',
                    g ->> 'metric'
                ),
                hint = 'Give worse_than as a number, the limit itself.';
        end if;
        v_limit := v_before.value * (
            1 + sign(v_before.value) * v_metric.direction
                * rtrim(g ->> 'worse_than', '%')::float8 / 100
        );
    end if;
    return jsonb_strip_nulls(jsonb_build_object(
        'metric', g ->> 'metric',
        'worse_than', g -> 'worse_than',
        'within', (g ->> 'within')::interval,
        'min_calls', v_min_calls,
        'limit', v_limit,
        'source', nullif(v_metric.source, 'calls'),
        'worse_is', case v_metric.direction when -1 then 'lower' end
    ));
end
$$;

comment on function perf_internal.complete_guard is
    'A guard with defaults filled in and the limit worked out; source says that it is of jobs, worse_is that values below the limit are worse. Errors: 22023 bad guard, PT409 nothing to roll back to or to compare with.';

revoke execute on function perf_internal.complete_guard from public;
