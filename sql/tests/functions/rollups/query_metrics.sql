begin;
select plan(79);

set local timezone = 'Asia/Kolkata';

create function pg_temp.end_recording()
returns void
language plpgsql
as $$
declare
    -- As if another transaction, which the last run saw in progress, had recorded the rows.
    v_id bigint := 11 + coalesce(
        (
            select max(r.transaction_id)
            from perf.performance_metrics_raw as r
            where r.transaction_id < txid_current()
        ),
        0
    );
begin
    update perf_internal.rollup_state as s
    set in_progress = s.in_progress || v_id
    where s.pipeline = 'calls';
    update perf.performance_metrics_raw as r
    set transaction_id = v_id
    where r.transaction_id = txid_current();
end
$$;

-- Calls of a Monday and of the next day, of which the last two are not rolled up.
create function pg_temp.record_calls(is_late boolean)
returns void
language sql
as $$
    select perf.record_call(
        c.model, c.tool, c.ms, error_type => c.error_type, input_tokens => c.input_tokens,
        parameters => c.parameters, call_timestamp => c.called_at
    )
    from (
        values
            (false, 'acme/one', 'chat', 100, null, 10, '{}'::jsonb, timestamptz '2020-02-03 10:10+00'),
            (false, 'acme/one', 'chat', 300, null, 20, '{}', '2020-02-03 10:20+00'),
            (false, 'acme/one', 'chat', 200, 'timeout', null, '{}', '2020-02-03 10:30+00'),
            (false, 'acme/one', 'chat', 400, null, null, '{}', '2020-02-03 11:00+00'),
            (false, 'other/two', 'search', 1000, null, 5, '{"streaming": true}',
                '2020-02-04 00:00+00'),
            (true, 'acme/one', 'chat', 0, null, null, '{}', '2020-02-03 10:59:59.999999+00'),
            (true, 'acme/one', 'chat', 500, 'timeout', null, '{}', '2020-02-03 11:30+00')
    ) as c (is_late, model, tool, ms, error_type, input_tokens, parameters, called_at)
    where c.is_late = record_calls.is_late
$$;
select pg_temp.record_calls(is_late => false);
select pg_temp.end_recording();
select perf.aggregate_performance_metrics();
select pg_temp.record_calls(is_late => true);

create function pg_temp.query(
    metric text,
    labels jsonb default '{}',
    group_by text[] default '{}',
    granularity text default null,
    percentiles float8[] default '{0.5,0.95,0.99}'
)
returns table (
    group_labels jsonb,
    bucket text,
    count bigint,
    average numeric,
    deviation numeric,
    minimum float8,
    maximum float8,
    percentile_values float8[],
    total float8
)
language sql
as $$
    select q.group_labels, to_char(q.time_bucket at time zone 'UTC', 'DD HH24'), q.count,
        round(q.average::numeric, 4), round(q.deviation::numeric, 4), q.minimum, q.maximum,
        q.percentile_values, q.total
    from perf.query_metrics(
        query.metric, '2020-02-03 00:00+00', '2020-02-05 00:00+00', query.labels, query.group_by,
        query.granularity, query.percentiles
    ) as q
$$;

create function pg_temp.is_near(percentile_values float8[], expected float8[])
returns boolean
language sql
as $$
    select cardinality(is_near.percentile_values) = cardinality(is_near.expected)
        and bool_and(abs(u.value - u.expected) <= 0.005 * u.expected)
    from unnest(is_near.percentile_values, is_near.expected) as u (value, expected)
$$;

-- Of 0, 100, 200, 300, 400, 500 the mean is 250, the squared differences are 175000, the deviation is
-- the root of 35000.
select results_eq(
    $$ select group_labels, bucket, count, average, deviation, minimum, maximum, total
       from pg_temp.query('response_time_ms', '{"model": "acme/one"}') $$,
    $$ values ('{}'::jsonb, null::text, 6::bigint, 250.0, 187.0829, 0::float8, 500::float8,
        1500::float8) $$,
    'tells how a metric behaved, with rows that no run has read'
);
select ok(
    (
        select pg_temp.is_near(percentile_values, '{250,475,495}')
        from pg_temp.query('response_time_ms', '{"model": "acme/one"}')
    ),
    'with percentiles: by default 0.5, 0.95 and 0.99'
);
select results_eq(
    $$ select count, total from pg_temp.query('response_time_ms') $$,
    $$ values (7::bigint, 2500::float8) $$,
    'without labels it is of all series'
);
select results_eq(
    $$ select count, average, deviation, percentile_values
       from pg_temp.query('response_time_ms', '{"model": "other/two"}') $$,
    $$ values (1::bigint, 1000.0, null::numeric, '{1000,1000,1000}'::float8[]) $$,
    'a single value has no deviation, and its percentiles are exact'
);
select results_eq(
    $$ select count, average, total from pg_temp.query('input_tokens') $$,
    $$ values (3::bigint, 11.6667, 35::float8) $$,
    'a metric counts the rows that have it'
);

-- Failed, successful, shares. The squared differences of 200 and 500 from 350 are 45000, those of 0,
-- 100, 300, 400 from 200 are 100000: the deviation is the root of a third.
select results_eq(
    $$ select count, average, deviation, minimum, maximum, total,
           pg_temp.is_near(percentile_values, '{350,485,497}')
       from pg_temp.query('failed_response_time_ms') $$,
    $$ values (2::bigint, 350.0, 212.1320, 200::float8, 500::float8, 700::float8, true) $$,
    'failed_ is of failed rows'
);
select results_eq(
    $$ select count, average, deviation, minimum, pg_temp.is_near(array[maximum], '{400}'), total,
           pg_temp.is_near(percentile_values, '{200,385,397}')
       from pg_temp.query('successful_response_time_ms', '{"model": "acme/one"}') $$,
    $$ values (4::bigint, 200.0, 182.5742, 0::float8, true, 800::float8, true) $$,
    'successful_ is of all others'
);
select results_eq(
    $$ select count, total
       from pg_temp.query('successful_response_time_ms', '{"model": "other/two"}') $$,
    $$ values (1::bigint, 1000::float8) $$,
    'which may be all'
);
select is_empty(
    $$ select * from pg_temp.query('failed_response_time_ms', '{"model": "other/two"}') $$,
    'or none, then there is no row'
);
-- Two of six: the deviation is the root of 2 * (1 - 1/3) / 5.
select results_eq(
    $$ select count, average, deviation, minimum, maximum, percentile_values, total
       from pg_temp.query('error_rate', '{"model": "acme/one"}') $$,
    $$ values (6::bigint, 0.3333, 0.5164, null::float8, null::float8, null::float8[], 2::float8) $$,
    'a share is an average, its total are the cases, its count is of what it is a share of'
);
select results_eq(
    $$ select count, average, total from pg_temp.query('success_rate', '{"model": "acme/one"}') $$,
    $$ values (6::bigint, 0.6667, 4::float8) $$,
    'that of successes is the rest'
);
select results_eq(
    $$ select count, average, total from pg_temp.query('error_rate', '{"model": "other/two"}') $$,
    $$ values (1::bigint, 0.0, 0::float8) $$,
    'without a case it is 0'
);

-- Labels.
select results_eq(
    $$ select count from pg_temp.query('response_time_ms', '{"tool": "search"}') $$,
    $$ values (1::bigint) $$,
    'a label chooses series'
);
select results_eq(
    $$ select count from pg_temp.query('response_time_ms', '{"parameters": {"streaming": true}}') $$,
    $$ values (1::bigint) $$,
    'parameters too'
);
select is_empty(
    $$ select * from pg_temp.query('response_time_ms', '{"tool": "search", "model": "acme/one"}') $$,
    'series must have all labels'
);
select is_empty(
    $$ select * from pg_temp.query('response_time_ms', '{"model": "acme/three"}') $$,
    'a value that no series has chooses none'
);
select throws_ok(
    $$ select * from pg_temp.query('response_time_ms', '{"colour": "red"}') $$,
    '22023',
    'labels and group_by must name labels, got "colour"',
    'refuses a label that no series has'
);
select results_eq(
    $$ select count from pg_temp.query('response_time_ms', null) $$,
    $$ values (7::bigint) $$,
    'null labels are none'
);

-- Groups.
select results_eq(
    $$ select group_labels, count, total
       from pg_temp.query('response_time_ms', group_by => '{provider}') $$,
    $$ values ('{"provider": "acme"}'::jsonb, 6::bigint, 1500::float8),
        ('{"provider": "other"}', 1, 1000) $$,
    'group_by tells of each value of a label'
);
select results_eq(
    $$ select group_labels, average
       from pg_temp.query('error_rate', group_by => '{tool,model_type}') $$,
    $$ values ('{"tool": "chat", "model_type": null}'::jsonb, 0.3333),
        ('{"tool": "search", "model_type": null}', 0.0) $$,
    'or of several; null where a series has none'
);
select results_eq(
    $$ select group_labels, count
       from pg_temp.query('response_time_ms', '{"tool": "chat"}', '{model}') $$,
    $$ values ('{"model": "acme/one"}'::jsonb, 6::bigint) $$,
    'of the series that labels choose'
);
select results_eq(
    $$ select group_labels, count
       from pg_temp.query('response_time_ms', group_by => '{model_type}') $$,
    $$ values ('{"model_type": null}'::jsonb, 7::bigint) $$,
    'series of one group are added up'
);
select results_eq(
    $$ select group_labels, count from pg_temp.query('response_time_ms', group_by => null) $$,
    $$ values ('{}'::jsonb, 7::bigint) $$,
    'null groups by nothing'
);

-- Granularity.
select results_eq(
    $$ select bucket, count, total from pg_temp.query('response_time_ms', granularity => 'hourly') $$,
    $$ values ('03 10', 4::bigint, 600::float8), ('03 11', 2, 900), ('04 00', 1, 1000) $$,
    'hourly tells of hours'
);
select results_eq(
    $$ select bucket, count, total from pg_temp.query('response_time_ms', granularity => 'daily') $$,
    $$ values ('03 00', 6::bigint, 1500::float8), ('04 00', 1, 1000) $$,
    'daily of days of UTC'
);
select results_eq(
    $$ select bucket, count, total from pg_temp.query('response_time_ms', granularity => 'weekly') $$,
    $$ values ('03 00', 7::bigint, 2500::float8) $$,
    'weekly of weeks from Monday, whole ones'
);
select results_eq(
    $$ select bucket, count, average from pg_temp.query('error_rate', granularity => 'hourly') $$,
    $$ values ('03 10', 4::bigint, 0.25), ('03 11', 2, 0.5), ('04 00', 1, 0) $$,
    'shares have buckets too'
);
select results_eq(
    $$ select bucket, count, total
       from pg_temp.query('successful_response_time_ms', granularity => 'hourly') $$,
    $$ values ('03 10', 3::bigint, 400::float8), ('03 11', 1, 400), ('04 00', 1, 1000) $$,
    'so have successful rows'
);
select results_eq(
    $$ select bucket, pg_temp.is_near(
           percentile_values,
           case bucket
               when '03 10' then '{150,285,297}'::float8[]
               when '03 11' then '{450,495,499}'
               else '{1000,1000,1000}'
           end
       )
       from pg_temp.query('response_time_ms', granularity => 'hourly') $$,
    $$ values ('03 10', true), ('03 11', true), ('04 00', true) $$,
    'with percentiles of each'
);
select results_eq(
    $$ select group_labels ->> 'tool', bucket, count
       from pg_temp.query('response_time_ms', '{}', '{tool}', 'daily') $$,
    $$ values ('chat', '03 00', 6::bigint), ('search', '04 00', 1) $$,
    'by group and then by time'
);

-- Percentiles. Of the six rank 1.25 is 125, the first 0.
select ok(
    (
        select pg_temp.is_near(percentile_values, '{0,125,500}')
        from pg_temp.query(
            'response_time_ms', '{"model": "acme/one"}', percentiles => '{0,0.25,1}'
        )
    ),
    'percentiles are those that are asked for'
);
select results_eq(
    $$ select bucket, pg_temp.is_near(
           percentile_values,
           case bucket
               when '03 10' then '{270}'::float8[]
               when '03 11' then '{490}'
               else '{1000}'
           end
       )
       from pg_temp.query('response_time_ms', granularity => 'hourly', percentiles => '{0.9}') $$,
    $$ values ('03 10', true), ('03 11', true), ('04 00', true) $$,
    'of buckets too'
);

-- The range.
create function pg_temp.count(start_time timestamptz, end_time timestamptz)
returns bigint
language sql
as $$ select q.count from perf.query_metrics('response_time_ms', start_time, end_time) as q $$;
select is(
    pg_temp.count('2020-02-03 10:00+00', '2020-02-03 11:00+00'),
    4::bigint,
    'start_time is in the range, end_time is not'
);
select is(
    pg_temp.count('2020-02-03 10:00:00.000001+00', '2020-02-03 11:00:00.000001+00'),
    2::bigint,
    'it is made of the whole hours that start in it'
);
select is(
    pg_temp.count('2020-02-03 10:10+00', '2020-02-03 10:50+00'),
    null,
    'of which a part of one has none'
);
select is(
    pg_temp.count('2020-02-03 10:00+00', '2020-02-03 10:00+00'), null, 'an empty range has none'
);
select is(
    pg_temp.count('2020-03-02 00:00+00', '2020-03-09 00:00+00'), null, 'nor one without rows'
);

-- Errors.
select throws_ok(
    $$ select * from pg_temp.query('response_time') $$,
    'PT404',
    'there is no metric "response_time"',
    'refuses a metric that is none'
);
select throws_ok(
    'select * from pg_temp.query(null)', 'PT404', 'there is no metric null', 'refuses null for it'
);
select throws_ok(
    $$ select pg_temp.count('2020-02-04 00:00+00', '2020-02-03 00:00+00') $$,
    '22023',
    null,
    'refuses an end before the start'
);
select throws_ok(
    $$ select pg_temp.count(null, '2020-02-03 00:00+00') $$, '22023', null, 'refuses a null start'
);
select throws_ok(
    $$ select pg_temp.count('2020-02-03 00:00+00', 'infinity') $$,
    '22023',
    null,
    'refuses an infinite end'
);
select throws_ok(
    $$ select * from pg_temp.query('response_time_ms', '["acme/one"]') $$,
    '22023',
    E'labels must be a JSON object, got "[\\"acme/one\\"]"',
    'refuses labels that are no object'
);
select throws_ok(
    $$ select * from pg_temp.query('response_time_ms', group_by => '{tool,null}') $$,
    '22023',
    'group_by must hold names of labels, each once, got "{tool,NULL}"',
    'refuses null in group_by'
);
select throws_ok(
    $$ select * from pg_temp.query('response_time_ms', granularity => 'monthly') $$,
    '22023',
    'granularity must be hourly, daily or weekly, got "monthly"',
    'refuses an unknown granularity'
);
select throws_ok(
    $$ select *
       from pg_temp.query('response_time_ms', '{"model": "none"}', granularity => 'monthly') $$,
    '22023',
    'granularity must be hourly, daily or weekly, got "monthly"',
    'also when there is nothing to tell'
);
select throws_ok(
    $$ select * from pg_temp.query('response_time_ms', percentiles => '{95}') $$,
    '22023',
    'percentiles must be between 0 and 1, got 95',
    'refuses a percentile above 1'
);
select throws_ok(
    $$ select * from pg_temp.query('response_time_ms', percentiles => null) $$,
    '22023',
    'percentiles must not be empty',
    'refuses null for percentiles'
);

select throws_ok(
    format('select * from pg_temp.query(''response_time_ms'', group_by => %L)', g.group_by),
    '22023',
    format('group_by must hold names of labels, each once, got "%s"', g.group_by),
    'refuses to group by ' || g.group_by
)
from (values ('{tool,tool}'), ('{{tool},{model}}')) as g (group_by);
select throws_ok(
    $$ select * from pg_temp.query('response_time_ms', group_by => '{tols}') $$,
    '22023',
    'labels and group_by must name labels, got "tols"',
    'refuses to group by a label that no series has'
);

-- Two tools have calls in four different hours.
create function pg_temp.count_rows(granularity text, group_by text[], max_rows integer)
returns bigint
language sql
as $$
    select count(*)
    from perf.query_metrics(
        'response_time_ms', '2020-02-03 00:00+00', '2020-02-05 00:00+00',
        group_by => count_rows.group_by, granularity => count_rows.granularity,
        max_rows => count_rows.max_rows
    )
$$;
select is(pg_temp.count_rows('hourly', '{tool}', 3), 3::bigint, 'as many rows as max_rows pass');
select throws_ok(
    $$ select pg_temp.count_rows('hourly', '{tool}', 2) $$,
    '22023',
    'the answer has more rows than max_rows allows, which is 2',
    'one more is refused: rows of all groups count'
);
select throws_ok(
    $$ select pg_temp.count_rows(null, '{tool}', 1) $$,
    '22023',
    'the answer has more rows than max_rows allows, which is 1',
    'also without a granularity'
);
select throws_ok(
    $$ select pg_temp.count_rows(null, '{}', null) $$,
    '22023',
    'max_rows must be between 1 and 100000, got null',
    'refuses null for max_rows'
);

create function pg_temp.ranges(granularity text, time_zone text default 'UTC')
returns table (range_start timestamp, range_end timestamp, count bigint)
language sql
as $$
    select q.range_start at time zone 'UTC', q.range_end at time zone 'UTC', q.count
    from perf.query_metrics(
        'response_time_ms', '2020-02-02 09:30+00', '2020-02-05 09:30+00',
        granularity => ranges.granularity, time_zone => ranges.time_zone
    ) as q
$$;
select results_eq(
    'select * from pg_temp.ranges(null)',
    $$ values (timestamp '2020-02-02 10:00', timestamp '2020-02-05 10:00', 7::bigint) $$,
    'says which hours start in the range'
);
select results_eq(
    $$ select * from pg_temp.ranges('hourly') $$,
    $$ values
        (timestamp '2020-02-03 10:00', timestamp '2020-02-03 11:00', 4::bigint),
        ('2020-02-03 11:00', '2020-02-03 12:00', 2),
        ('2020-02-04 00:00', '2020-02-04 01:00', 1) $$,
    'or the hour of a row'
);
select results_eq(
    $$ select * from pg_temp.ranges('daily') $$,
    $$ values
        (timestamp '2020-02-03 00:00', timestamp '2020-02-04 00:00', 6::bigint),
        ('2020-02-04 00:00', '2020-02-05 00:00', 1) $$,
    'its day'
);
select results_eq(
    $$ select * from pg_temp.ranges('weekly') $$,
    $$ values (timestamp '2020-02-03 00:00', timestamp '2020-02-10 00:00', 7::bigint) $$,
    'its week'
);
select results_eq(
    $$ select * from pg_temp.ranges('daily', 'Asia/Kathmandu') $$,
    $$ values (timestamp '2020-02-02 19:00', timestamp '2020-02-03 19:00', 6::bigint),
        ('2020-02-03 19:00', '2020-02-04 19:00', 1) $$,
    'or its day of a time zone'
);
select throws_ok(
    $$ select * from pg_temp.ranges('daily', 'UTC+8') $$,
    '22023',
    'time_zone must be UTC or the name of an area and a city, got "UTC+8"',
    'refuses an offset'
);

-- Of 0, 100, ..., 500 Student's t with 5 degrees of freedom is 2.5706, times the standard error of
-- 76.3763. The median of six values lies between the least and the largest in 62 of 64 cases. The 95th
-- percentile is above all six in 74 % of the cases.
create function pg_temp.intervals(
    metric text,
    confidence float8,
    labels jsonb default '{"model": "acme/one"}',
    granularity text default null
)
returns table (
    average_low numeric,
    average_high numeric,
    percentile_lows float8[],
    percentile_highs float8[]
)
language sql
as $$
    select round(q.average_low::numeric, 4), round(q.average_high::numeric, 4),
        q.percentile_lows, q.percentile_highs
    from perf.query_metrics(
        intervals.metric, '2020-02-03 00:00+00', '2020-02-05 00:00+00', intervals.labels,
        granularity => intervals.granularity, percentiles => '{0.5,0.95}',
        confidence => intervals.confidence
    ) as q
$$;
select results_eq(
    $$ select * from pg_temp.intervals('response_time_ms', null) $$,
    $$ values (null::numeric, null::numeric, null::float8[], null::float8[]) $$,
    'without confidence there are no intervals'
);
select results_eq(
    $$ select round(average_low), round(average_high)
       from pg_temp.intervals('response_time_ms', 0.95) $$,
    $$ values (54::numeric, 446::numeric) $$,
    'with it there is one of the average, by Student''s t'
);
select results_eq(
    $$ select percentile_lows[1], round(percentile_highs[1]), percentile_highs[2],
           cardinality(percentile_lows)
       from pg_temp.intervals('response_time_ms', 0.95) $$,
    $$ values (0::float8, 502::float8, null::float8, 2) $$,
    'and one of each percentile, by ranks, where there are enough values'
);
select results_eq(
    $$ select * from pg_temp.intervals('error_rate', 0.95) $$,
    $$ values (0.0968::numeric, 0.7000::numeric, null::float8[], null::float8[]) $$,
    'that of a share is Wilson''s'
);
select results_eq(
    $$ select average_low, percentile_lows, percentile_highs
       from pg_temp.intervals('response_time_ms', 0.95, '{"model": "other/two"}') $$,
    $$ values (null::numeric, '{null,null}'::float8[], '{null,null}'::float8[]) $$,
    'a single value has none'
);
select is_empty(
    $$ select * from pg_temp.intervals('response_time_ms', 0.95, '{"model": "none"}') $$,
    'nor has what no series has'
);

savepoint few;
-- 300 calls in each of three hours of a model, whose times differ by a factor of up to 600.
select perf.record_calls(
    (
        select jsonb_agg(jsonb_build_object(
            'model_name', 'acme/many', 'tool_name', 'chat',
            'response_time_ms', 5 + n * n % 3000,
            'error_type', case when n % 7 = 0 then 'timeout' end,
            'call_timestamp', timestamptz '2020-02-03 12:00+00' + n % 3 * interval '1 hour'
        ))
        from generate_series(1, 900) as n
    )
);
create function pg_temp.query_both(metric text, granularity text, time_zone text default 'UTC')
returns table (is_same boolean)
language sql
as $$
    select a is not distinct from b
    from (
        select q.group_labels, q.time_bucket, q.count, q.average, q.deviation, q.minimum, q.maximum,
            q.percentile_values, q.total, q.range_start, q.range_end
        from perf.query_metrics(
            query_both.metric, '2020-02-03 00:00+00', '2020-02-05 00:00+00', group_by => '{model}',
            granularity => query_both.granularity, time_zone => query_both.time_zone
        ) as q
    ) as a
    full join (
        select q.group_labels, q.time_bucket, q.count, q.average, q.deviation, q.minimum, q.maximum,
            q.percentile_values, q.total, q.range_start, q.range_end
        from perf.query_metrics(
            query_both.metric, '2020-02-03 00:00+00', '2020-02-05 00:00+00', group_by => '{model}',
            granularity => query_both.granularity, time_zone => query_both.time_zone,
            confidence => 0.9
        ) as q
    ) as b on b.group_labels = a.group_labels and b.time_bucket is not distinct from a.time_bucket
$$;
select ok(
    (
        select bool_and(q.is_same) and count(*) > 0
        from pg_temp.query_both(g.metric, g.granularity, g.time_zone) as q
    ),
    format('all else of %s %s in %s is the same with confidence', g.metric, g.granularity, g.time_zone)
)
from (
    values
        ('response_time_ms', 'hourly', 'UTC'),
        ('successful_response_time_ms', 'daily', 'Asia/Kolkata'),
        ('error_rate', null, 'UTC')
) as g (metric, granularity, time_zone);
select results_eq(
    $$ select u.low, u.high
       from perf.query_metrics(
           'response_time_ms', '2020-02-03 12:00+00', '2020-02-03 15:00+00',
           '{"model": "acme/many"}', granularity => 'hourly', percentiles => '{0.99,0,0.25,0.5}',
           confidence => 0.9
       ) as q
       cross join unnest(q.percentile_lows, q.percentile_highs) with ordinality
           as u (low, high, position)
       order by q.time_bucket, u.position $$,
    $$ select i.low, i.high
       from perf_internal.read_metrics(
           'calls', '{response_time_ms}',
           array(
               select s.series_id
               from perf_internal.get_series('calls', '{"model": "acme/many"}') as s
           ),
           '2020-02-03 12:00+00', '2020-02-03 15:00+00', 'hourly', percentiles => null
       ) as r
       cross join unnest('{0.99,0,0.25,0.5}'::float8[]) with ordinality as p (percentile, position)
       cross join lateral perf_internal.get_sketch_interval(r.sketch, r.count, p.percentile, 0.9) as i
       order by r.time_bucket, p.position $$,
    'intervals of buckets are those of their sketches, in the order of percentiles'
);
select throws_ok(
    format('select * from pg_temp.intervals(''response_time_ms'', %L)', c.confidence),
    '22023',
    'confidence must be between 0 and 1, both excluded, got ' || c.confidence,
    'refuses a confidence of ' || c.confidence
)
from (values ('0'), ('1'), ('NaN')) as c (confidence);
select throws_ok(
    $$ select perf.query_metrics(
           'response_time_ms', '2020-02-03 00:00+00', '2020-02-05 00:00+00',
           percentiles => array_fill(0.5::float8, '{67}'), confidence => 0.9
       ) $$,
    '22023',
    'percentiles must be at most 66 with confidence, got 67',
    'refuses more percentiles than have intervals'
);
rollback to savepoint few;

savepoint whole;
update perf_internal.database_origin set origin = gen_random_uuid();
select throws_ok(
    $$ select * from pg_temp.query('response_time_ms') $$,
    'PT409',
    'rows of another cluster were restored here and not adopted',
    'refuses to answer while a restore is under way'
);
rollback to savepoint whole;

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select pg_temp.count('2020-02-03 00:00+00', '2020-02-05 00:00+00') $$,
    '42501',
    'this needs the role analyst',
    'a stranger may not ask'
);

set local role perf_analyst;
select is(
    pg_temp.count('2020-02-03 00:00+00', '2020-02-05 00:00+00'), 7::bigint, 'perf_analyst may ask'
);

set local role perf_recorder;
select throws_ok(
    $$ select pg_temp.count('2020-02-03 00:00+00', '2020-02-05 00:00+00') $$,
    '42501',
    null,
    'perf_recorder may not'
);

select * from finish();
rollback;
