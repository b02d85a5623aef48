begin;
select plan(2);
set local timezone = 'UTC';
set local intervalstyle = 'postgres';

select perf.record_calls((
    select jsonb_agg(jsonb_build_object(
        'model_name', m.name,
        'tool_name', 'chat',
        'response_time_ms', case
            when m.name = 'acme/two' then 100
            when i between 25 and 29 then 3000
            when i between 20 and 29 or i = 50 then 1000
            else 100
        end,
        'call_timestamp', timestamptz '2020-01-06 10:00+00' + i * interval '1 minute'
    ))
    from generate_series(0, 59) as i
    cross join (values ('acme/one'), ('acme/two')) as m (name)
));
create temporary table t as
select perf.create_alert_threshold(
    'response_time_ms', 500, 2000, group_by => '{model}', time_window => '1 minute'
) as id;
create temporary table h as
select
    b.threshold,
    array_agg(r.group_number order by r.group_number, r.as_of) as groups,
    array_agg(r.as_of order by r.group_number, r.as_of) as times,
    array_agg(r.value order by r.group_number, r.as_of) as sample_values,
    array_agg(r.sample_count order by r.group_number, r.as_of) as sample_counts,
    array_agg(r.is_dead order by r.group_number, r.as_of) as are_dead
from t
cross join perf_internal.get_backtest(t.id, '2020-01-06 10:00', '2020-01-06 11:00') as b
cross join perf_internal.read_threshold_history(
    b.threshold, b.series_ids, b.group_numbers, b.first_at, '2020-01-06 11:00', b.used_step, b.is_raw
) as r
group by b.threshold;

select results_eq(
    $$ select c.*
        from h
        cross join perf_internal.count_limit_alerts(
            h.threshold, h.groups, h.times, h.sample_values, h.sample_counts, h.are_dead,
            '2020-01-06 11:00', '1 minute'
        ) as c $$,
    $$ values (
        2::bigint, 1::bigint, 1::bigint, interval '11 minutes', interval '10 minutes'
    ) $$,
    'it counts what perf.backtest_alert_threshold() lists'
);
select results_eq(
    $$ select c.*
        from h
        cross join perf_internal.count_limit_alerts(
            h.threshold, '{}', '{}', '{}', '{}', '{}', '2020-01-06 11:00', '1 minute'
        ) as c $$,
    $$ values (0::bigint, 0::bigint, 0::bigint, interval '0', null::interval) $$,
    'no samples have no alerts'
);

select * from finish();
rollback;
