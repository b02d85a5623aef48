create or replace function perf_internal.check_ab_metrics(metrics jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_metrics jsonb := check_ab_metrics.metrics;
    v_problem text;
    v_repeated text;
    v_chained text;
    v_primary bigint;
begin
    if v_metrics is null or jsonb_typeof(v_metrics) <> 'array' then
        v_problem := 'metrics must be a JSON array, got ' || perf_internal.quote_json(v_metrics);
    elsif jsonb_array_length(v_metrics) not between 1 and 100 then
        v_problem := 'metrics must have 1 to 100 elements, got ' || jsonb_array_length(v_metrics);
    else
        select format('metrics[%s]: %s', e.ordinality - 1, p.problem)
        into v_problem
        from jsonb_array_elements(v_metrics) with ordinality as e
        cross join lateral perf_internal.get_ab_metric_problem(e.value) as p (problem)
        where p.problem is not null
        order by e.ordinality
        limit 1;
    end if;
    if v_problem is null then
        select
            min(m.metric) filter (where m.repeat > 1),
            min(m.source_metric) filter (
                where m.source_metric in (
                    select btrim(s.value ->> 'metric')
                    from jsonb_array_elements(v_metrics) as s
                    where s.value ->> 'source_metric' is not null
                )
            ),
            count(*) filter (where m.role = 'primary')
        into v_repeated, v_chained, v_primary
        from (
            select
                btrim(e.value ->> 'metric') as metric,
                btrim(e.value ->> 'source_metric') as source_metric,
                e.value ->> 'role' as role,
                row_number() over (partition by btrim(e.value ->> 'metric')) as repeat
            from jsonb_array_elements(v_metrics) as e
        ) as m;
        v_problem := case
            when v_repeated is not null
                then format(
                    'metrics must name each metric once, got %s twice',
                    perf_internal.quote_value(v_repeated)
                )
            when v_chained is not null
                then format(
                    'source_metric must be an outcome that is recorded, got %s, which has a source_metric itself',
                    perf_internal.quote_value(v_chained)
                )
            when v_primary <> 1
                then 'metrics must have exactly one metric of role primary, got ' || v_primary
        end;
    end if;
    if v_problem is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = v_problem,
            hint = 'Give an array such as [{"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 0.01}]. A metric may have the keys metric, role, better, minimum_effect, source_metric and above.';
    end if;
end
$$;

comment on function perf_internal.check_ab_metrics is
    'Refuses (22023) metrics that an A/B test cannot have, naming the first bad element.';

revoke execute on function perf_internal.check_ab_metrics from public;
