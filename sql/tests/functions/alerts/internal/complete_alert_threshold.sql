begin;
select plan(26);

insert into perf.workflows (name) values ('portrait');
update perf.metrics set is_sketched = false where metric = 'vram_peak_mb';

create function pg_temp.complete(changes jsonb)
returns text
language sql as $$
    select c.statistic || ' ' || c.direction
    from perf_internal.complete_alert_threshold(
        jsonb_populate_record(
            null::perf.performance_alert_thresholds,
            '{"scope_type": "global", "scope_labels": {}, "group_by": []}'::jsonb || changes
        )
    ) as c
$$;

select is(pg_temp.complete(c.changes::jsonb), c.expected, c.what)
from (
    values
        ('{"metric_name": "response_time_ms"}', 'avg above', 'a time: the mean, above'),
        ('{"metric_name": "quality_rating"}', 'avg below', 'a score: below'),
        ('{"metric_name": "error_rate"}', 'rate above', 'a share of what is bad: the share, above'),
        ('{"metric_name": "success_rate"}', 'rate below', 'of what is good: below'),
        ('{"metric_name": "success_rate", "direction": "above"}', 'rate above',
            'a direction that is said stays'),
        ('{"metric_name": "response_time_ms", "statistic": "p95"}', 'p95 above',
            'so does a statistic'),
        ('{"metric_name": "response_time_ms", "statistic": "count", "direction": "below"}',
            'count below', 'a count has the direction that is said'),
        ('{"metric_name": "input_tokens", "baseline": "hour_of_week"}', 'avg both',
            'with a baseline and nothing better, both ways'),
        ('{"metric_name": "response_time_ms", "baseline": "hour_of_week"}', 'avg above',
            'with a baseline and something better, the worse way'),
        ('{"metric_name": "error_rate", "statistic": "sum"}', 'sum above',
            'how many failed can be a statistic of a share'),
        ('{"metric_name": "vram_peak_mb", "statistic": "max"}', 'max above',
            'a metric without sketch has a maximum')
) as c (changes, expected, what);

select throws_ok(format('select pg_temp.complete(%L)', c.changes), c.state, c.message, c.message)
from (
    values
        ('{"metric_name": "nope"}', 'PT404', 'there is no metric "nope"'),
        ('{}', 'PT404', 'there is no metric null'),
        ('{"metric_name": "input_tokens"}', '22023',
            'direction must be above or below, because no avg of "input_tokens" is known to be better, got null'),
        ('{"metric_name": "response_time_ms", "statistic": "count"}', '22023',
            'direction must be above or below, because no count of "response_time_ms" is known to be better, got null'),
        ('{"metric_name": "response_time_ms", "statistic": "rate"}', '22023',
            'direction must be above or below, because no rate of "response_time_ms" is known to be better, got null'),
        ('{"metric_name": "error_rate", "statistic": "p95"}', '22023',
            'statistic must be rate, avg, sum or count, because "error_rate" is a share, got "p95"'),
        ('{"metric_name": "error_rate", "statistic": "max"}', '22023',
            'statistic must be rate, avg, sum or count, because "error_rate" is a share, got "max"'),
        ('{"metric_name": "vram_peak_mb", "statistic": "p50"}', '22023',
            'statistic must be avg, min, max, sum, rate or count, because "vram_peak_mb" has no percentiles, got "p50"'),
        ('{"metric_name": "error_rate", "scope_type": "workflow", "scope_id": 1}', '22023',
            'scope_type must be global or labels, because "error_rate" is not measured of jobs, got "workflow"'),
        ('{"metric_name": "failure_rate", "scope_type": "workflow", "scope_id": 0}', '23503',
            'there is no workflow 0'),
        ('{"metric_name": "failure_rate", "scope_type": "worker", "scope_id": 0}', '23503',
            'there is no worker 0')
) as c (changes, state, message);

select is(
    pg_temp.complete('{"metric_name": "error_rate", "group_by": ["nope"]}'), 'rate above',
    'while there is no series, nobody knows the labels'
);
select perf.record_call('m', 'chat', 1, call_timestamp => '2020-01-06 10:00+00');
select throws_ok(
    format('select pg_temp.complete(%L)', c.changes), '22023',
    'labels and group_by must name labels, got "nope"', c.what
)
from (
    values
        ('{"metric_name": "error_rate", "group_by": ["nope"]}', 'then a group of none is refused'),
        ('{"metric_name": "error_rate", "scope_labels": {"nope": 1}}', 'and a scope of none')
) as c (changes, what);
select is(
    pg_temp.complete('{"metric_name": "error_rate", "scope_labels": {"model": "not yet"}}'),
    'rate above',
    'a value may come later'
);

select * from finish();
rollback;
