begin;
select plan(6);

select perf_internal.add_config(m.model, t.tool, null, '{"temperature": 0.5}')
from unnest('{a,b}'::text[]) as m (model)
cross join unnest('{x,y}'::text[]) as t (tool);

create function pg_temp.add_threshold(
    scope jsonb, group_by text[] default '{}', metric text default 'response_time_ms',
    enabled boolean default true
)
returns bigint
language sql
as $$
    insert into perf.performance_alert_thresholds (
        metric_name, scope_type, scope_labels, group_by, statistic, direction, warning_threshold,
        critical_threshold, enabled
    )
    values (
        metric, case when scope = '{}' then 'global' else 'labels' end, scope, group_by, 'avg',
        'above', 1, 2, enabled
    )
    returning id;
$$;

create function pg_temp.get_series(threshold bigint)
returns text
language sql
as $$
    select string_agg(
        concat(s.labels ->> 'model', s.labels ->> 'tool', nullif(t.group_labels, '{}')), ' '
        order by s.labels ->> 'model', s.labels ->> 'tool'
    )
    from perf_internal.get_threshold_series('calls', array[threshold]) as t
    join perf_internal.call_series as s on s.series_id = t.series_id;
$$;

create temp table made as
select pg_temp.add_threshold('{}') as wide;

select is(pg_temp.get_series(m.wide), 'ax ay bx by', 'a global threshold has all series')
from made as m;
select is(
    pg_temp.get_series(pg_temp.add_threshold('{"tool": "x"}', '{model,provider}', 'input_tokens')),
    'ax{"model": "a", "provider": "unknown"} bx{"model": "b", "provider": "unknown"}',
    'series with the labels of the scope, and the labels of their groups'
);
select is(
    pg_temp.get_series(pg_temp.add_threshold('{"parameters": {"temperature": 0.5}}')),
    'ax ay bx by',
    'a label that is an object'
);
select pg_temp.add_threshold('{"model": "a"}', '{}', 'first_token_ms');
select pg_temp.add_threshold('{"model": "a"}', '{}', enabled => false);
delete from perf.performance_alert_thresholds as t where t.scope_labels ? 'parameters';
select is(
    pg_temp.get_series(m.wide), 'ax ay bx by',
    'thresholds of other metrics and disabled ones take nothing'
)
from made as m;
select is(
    array[
        pg_temp.get_series(pg_temp.add_threshold('{"model": "a"}')),
        pg_temp.get_series(pg_temp.add_threshold('{"model": "a", "tool": "y"}')),
        pg_temp.get_series(m.wide)
    ],
    array['ax ay', 'ay', 'bx by'],
    'a narrower scope takes its series out of wider ones'
)
from made as m;
select throws_ok(
    $$ select perf_internal.get_threshold_series('nothing', '{1}') $$, 'PT404', null,
    'no such pipeline'
);

select * from finish();
rollback;
