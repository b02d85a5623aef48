begin;
select plan(56);

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

-- A call at noon of every day of three weeks from Monday 2020-01-06, and one at 00:00 of Mondays.
create temporary table recorded as
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from generate_series(
    timestamptz '2020-01-06 12:00+00', '2020-01-26 12:00+00', interval '24 hours'
) as d
union all
select perf.record_call('acme/one', 'chat', 1, call_timestamp => d)
from generate_series(
    timestamptz '2020-01-06 00:00+00', '2020-01-20 00:00+00', interval '168 hours'
) as d;

-- And some of another Monday, of which the last two come late.
create function pg_temp.record_monday(is_late boolean)
returns void
language sql
as $$
    select perf.record_call(
        c.model, 'chat', c.ms, error_type => c.error_type, input_tokens => c.input_tokens,
        call_timestamp => c.called_at
    )
    from (
        values
            (false, 'acme/two', 100, null, 10, timestamptz '2020-02-03 10:10+00'),
            (false, 'acme/two', 300, null, null, '2020-02-03 10:20+00'),
            (false, 'acme/two', 200, 'timeout', null, '2020-02-03 10:30+00'),
            (false, 'acme/two', 400, null, null, '2020-02-03 11:15+00'),
            (false, 'acme/three', 1000, null, null, '2020-02-03 10:00+00'),
            (true, 'acme/two', 0, null, null, '2020-02-03 10:40+00'),
            (true, 'acme/two', 500, 'timeout', null, '2020-02-03 11:30+00')
    ) as c (is_late, model, ms, error_type, input_tokens, called_at)
    where c.is_late = record_monday.is_late
$$;
select pg_temp.record_monday(is_late => false);
select pg_temp.end_recording();
select perf.aggregate_performance_metrics();

create temporary table configs as
select c.id, right(m.name, -5) as name
from perf.model_tool_configs as c
join perf.models as m on m.id = c.model_id;

create function pg_temp.count(
    start_time timestamptz,
    end_time timestamptz,
    name text default 'one'
)
returns bigint
language sql
as $$
    select r.count
    from perf_internal.read_metrics(
        'calls',
        '{response_time_ms}',
        array(select c.id from configs as c where c.name = count.name),
        count.start_time,
        count.end_time
    ) as r
$$;

select is(pg_temp.count('2020-01-08 12:00+00', '2020-01-08 13:00+00'), 1::bigint, 'reads an hour');
select is(
    pg_temp.count('2020-01-06 12:00+00', '2020-01-08 12:00+00'),
    2::bigint,
    'reads days and the hours around them, the end is not in it'
);
select is(
    pg_temp.count('2020-01-06 00:00+00', '2020-01-08 12:00:00.000001+00'),
    4::bigint,
    'an hour that starts in the range is in it whole'
);
select is(
    pg_temp.count('2020-01-06 12:00:00.000001+00', '2020-01-07 12:00+00'),
    null,
    'an hour that starts before it is not; without rows there is none'
);
select is(
    pg_temp.count('2020-01-06 00:00+00', '2020-01-27 00:00+00'),
    24::bigint,
    'every row is in exactly one of the parts'
);
select is(
    pg_temp.count('2020-01-06 05:00+00', '2020-01-27 05:00+00'),
    23::bigint,
    'also where these are hours, days and weeks'
);
select is(
    pg_temp.count('2020-01-08 12:00+00', '2020-01-08 12:00+00'), null, 'an empty range has none'
);

savepoint whole;
-- Retention has removed hours before Wednesday 2020-01-22, and days before 2020-01-15.
delete from perf_internal.rollups as r
where (r.granularity = 'hourly' and r.time_bucket < '2020-01-22 00:00+00')
    or (r.granularity = 'daily' and r.time_bucket < '2020-01-15 00:00+00');
update perf.retention as t
set deleted_before = case t.level
    when 'hourly' then timestamptz '2020-01-22 00:00+00'
    when 'daily' then timestamptz '2020-01-15 00:00+00'
end
where t.pipeline = 'calls';
select is(
    pg_temp.count('2020-01-06 00:00+00', '2020-01-22 13:00+00'),
    20::bigint,
    'where days are gone it reads weeks'
);
select is(
    pg_temp.count('2020-01-06 00:00+00', '2020-01-27 00:00+00'),
    24::bigint,
    'and still every row is in exactly one of the parts'
);
select is(
    pg_temp.count('2020-01-20 00:00+00', '2020-01-22 00:00+00'),
    3::bigint,
    'a range in which all days are kept is read as before'
);
set local timezone = 'Europe/Berlin';
select is(
    pg_temp.count('2020-01-06 00:00+00', '2020-01-22 13:00+00'),
    20::bigint,
    'the time zone of the session is of no matter'
);
rollback to savepoint whole;

-- In Berlin Sunday 2019-10-27 has 25 hours.
set local timezone = 'Europe/Berlin';
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2019-10-27 12:00+00');
select pg_temp.end_recording();
select perf.aggregate_performance_metrics();
select is(
    pg_temp.count('2019-10-27 00:00+00', '2019-10-28 00:00+00'),
    1::bigint,
    'nor is a change to winter time'
);
set local timezone = 'UTC';

-- Rows that no run has read yet.
select is(
    pg_temp.count('2020-02-03 10:00+00', '2020-02-03 12:00+00', 'two'),
    4::bigint,
    'reads what runs have rolled up'
);
select pg_temp.record_monday(is_late => true);
select is(
    pg_temp.count('2020-02-03 10:00+00', '2020-02-03 12:00+00', 'two'),
    6::bigint,
    'and what no run has read yet'
);
select is(
    pg_temp.count('2020-02-03 11:00+00', '2020-02-03 12:00+00', 'two'),
    2::bigint,
    'of hours in the range'
);
select is(
    pg_temp.count('2020-02-03 10:00+00', '2020-02-03 12:00+00', 'three'),
    1::bigint,
    'and of the series that are asked for'
);
select perf.record_call('acme/one', 'chat', 1, call_timestamp => '2020-03-02 12:00+00');
select is(
    pg_temp.count('2020-03-02 12:00+00', '2020-03-02 13:00+00'),
    1::bigint,
    'also where runs have read nothing'
);

create function pg_temp.read(
    metrics text[],
    start_time timestamptz default '2020-02-03 10:00+00',
    end_time timestamptz default '2020-02-03 12:00+00',
    granularity text default null,
    group_numbers integer[] default '{1,1}',
    percentiles float8[] default '{0.5,0.95,0.99}',
    sketched_metrics text[] default null,
    is_exact boolean default false,
    names text[] default '{two}'
)
returns table (
    group_number integer,
    metric text,
    hour text,
    count bigint,
    sum float8,
    m2 numeric,
    min float8,
    max float8,
    percentile_values float8[],
    sketch numeric
)
language sql
as $$
    select r.group_number, r.metric, to_char(r.time_bucket at time zone 'UTC', 'HH24'), r.count,
        r.sum, round(r.m2::numeric, 4), r.min, r.max, r.percentile_values, r.sketch
    from perf_internal.read_metrics(
        'calls',
        read.metrics,
        array(
            select c.id
            from configs as c
            where c.name = any(read.names)
            order by array_position(read.names, c.name)
        ),
        read.start_time,
        read.end_time,
        granularity => read.granularity,
        group_numbers => read.group_numbers[1:cardinality(read.names)],
        percentiles => read.percentiles,
        sketched_metrics => read.sketched_metrics,
        is_exact => read.is_exact
    ) as r
    order by 1, 2, 3
$$;

create function pg_temp.is_near(percentile_values float8[], expected float8[])
returns boolean
language sql
as $$
    select bool_and(abs(u.value - u.expected) <= 0.005 * u.expected)
    from unnest(is_near.percentile_values, is_near.expected) as u (value, expected)
$$;

-- Calls of 0, 100, 200, 300, 400, 500 ms, of which 200 and 500 failed. The squared differences from
-- 250 are 2 * (62500 + 22500 + 2500), those of the failed ones from 350 are 2 * 22500, those of the
-- others from 200 are 2 * (40000 + 10000).
select results_eq(
    $$ select metric, count, sum, m2, min
       from pg_temp.read(
           '{response_time_ms,failed_response_time_ms,successful_response_time_ms,input_tokens}'
       ) $$,
    $$ values
        ('failed_response_time_ms', 2::bigint, 700::float8, 45000.0, 200::float8),
        ('input_tokens', 1, 10, 0, 10),
        ('response_time_ms', 6, 1500, 175000, 0),
        ('successful_response_time_ms', 4, 800, 100000, 0) $$,
    'adds up every part, of failed and of successful rows too'
);
select results_eq(
    $$ select metric, max
       from pg_temp.read('{response_time_ms,failed_response_time_ms}') $$,
    $$ values ('failed_response_time_ms', 500::float8), ('response_time_ms', 500) $$,
    'extremes are exact'
);
select is(
    (select max from pg_temp.read('{successful_response_time_ms}')),
    (select percentile_values[1]
     from pg_temp.read('{successful_response_time_ms}', percentiles => '{1}')),
    'but where the greatest failed, that of the others is known from the sketch'
);
select ok(
    (select pg_temp.is_near(array[max], '{400}') from pg_temp.read('{successful_response_time_ms}')),
    'within 0.5 %'
);
select is(
    (select max from pg_temp.read(
        '{successful_response_time_ms}', sketched_metrics => '{response_time_ms}'
    )),
    null,
    'or not at all'
);
select is(
    (select min from pg_temp.read(
        '{successful_response_time_ms}', sketched_metrics => '{response_time_ms}'
    )),
    0::float8,
    'that of which it did not is exact'
);
select results_eq(
    $$ select metric, pg_temp.is_near(
           percentile_values,
           case metric
               when 'response_time_ms' then '{250,475,495}'::float8[]
               when 'failed_response_time_ms' then '{350,485,497}'
               else '{200,385,397}'
           end
       )
       from pg_temp.read(
           '{response_time_ms,failed_response_time_ms,successful_response_time_ms}'
       ) $$,
    $$ values ('failed_response_time_ms', true), ('response_time_ms', true),
        ('successful_response_time_ms', true) $$,
    'percentiles are within 0.5 %'
);

-- What remains of 90 and 92 after 1e10 was taken away are rounding errors; after 200 it is exact.
create temporary table recorded_huge as
select perf.record_call(
    c.model, 'chat', c.ms, error_type => c.error_type, call_timestamp => '2020-03-30 10:00+00'
)
from (
    values
        ('acme/huge', 90, null),
        ('acme/huge', 92, null),
        ('acme/huge', 1e10, 'timeout'),
        ('acme/slow', 90, null),
        ('acme/slow', 92, null),
        ('acme/slow', 200, 'timeout')
) as c (model, ms, error_type);
select results_eq(
    $$ select m.name, r.count, r.sum, r.m2 is null
       from perf.models as m
       join perf.model_tool_configs as c on c.model_id = m.id
       cross join lateral perf_internal.read_metrics(
           'calls', '{successful_response_time_ms}', array[c.id], '2020-03-30', '2020-03-31'
       ) as r
       where m.name in ('acme/huge', 'acme/slow')
       order by 1 $$,
    $$ values ('acme/huge', 2::bigint, 182::float8, true), ('acme/slow', 2, 182, false) $$,
    'squares of which only rounding errors remain are unknown'
);
select is(
    (
        select round(r.m2::numeric, 6)
        from perf.models as m
        join perf.model_tool_configs as c on c.model_id = m.id
        cross join lateral perf_internal.read_metrics(
            'calls', '{successful_response_time_ms}', array[c.id], '2020-03-30', '2020-03-31'
        ) as r
        where m.name = 'acme/slow'
    ),
    2::numeric,
    'others are known'
);
delete from perf.performance_metrics_raw as r
where r.call_timestamp = '2020-03-30 10:00+00';
-- ln(100) / ln(1.01) is 462.8, of 200 it is 532.5, of 300 573.2, of 400 602.1, of 500 624.6.
select is(
    (select sketch from pg_temp.read('{response_time_ms}')),
    perf_internal.make_sketch('{463,533,574,603,625}'),
    'with the sketch they come from'
);
select is(
    (select sketch from pg_temp.read('{successful_response_time_ms}')),
    perf_internal.make_sketch('{463,574,603}'),
    'also of what is left'
);
select results_eq(
    $$ select metric, count, sum, m2, min, max, percentile_values
       from pg_temp.read('{error_rate,success_rate}') $$,
    $$ values
        ('error_rate', 6::bigint, 2::float8, 1.3333, null::float8, null::float8, null::float8[]),
        ('success_rate', 6, 4, 1.3333, null, null, null) $$,
    'a share counts its cases in the sum'
);
select is_empty(
    $$ select * from pg_temp.read('{failed_input_tokens,first_token_ms,unknown}') $$,
    'what no row has is left out'
);
select is_empty($$ select * from pg_temp.read('{}') $$, 'no metrics have no rows');

-- Buckets and groups.
select results_eq(
    $$ select hour, metric, count, sum
       from pg_temp.read('{response_time_ms,error_rate}', granularity => 'hourly')
       order by 1, 2 $$,
    $$ values
        ('10', 'error_rate', 4::bigint, 1::float8), ('10', 'response_time_ms', 4, 600),
        ('11', 'error_rate', 2, 1), ('11', 'response_time_ms', 2, 900) $$,
    'with a granularity it tells of buckets'
);
select results_eq(
    $$ select hour, count, pg_temp.is_near(
           percentile_values,
           case hour when '10' then '{150,285,297}'::float8[] else '{450,495,499}' end
       )
       from pg_temp.read('{response_time_ms}', granularity => 'hourly') $$,
    $$ values ('10', 4::bigint, true), ('11', 2, true) $$,
    'with percentiles of all rows in them'
);
select results_eq(
    $$ select hour, count, sum, m2, min, max, percentile_values
       from pg_temp.read('{response_time_ms}', granularity => 'hourly', names => '{three}') $$,
    $$ values ('10', 1::bigint, 1000::float8, 0.0, 1000::float8, 1000::float8,
        '{1000,1000,1000}'::float8[]) $$,
    'those of a single value are that value'
);
select results_eq(
    $$ select count, sum
       from pg_temp.read('{response_time_ms}', granularity => 'daily', start_time => '2020-02-03') $$,
    $$ values (6::bigint, 1500::float8) $$,
    'days that start in the range are in it whole'
);
select results_eq(
    $$ select count, sum
       from pg_temp.read('{response_time_ms}', granularity => 'weekly', start_time => '2020-02-03') $$,
    $$ values (6::bigint, 1500::float8) $$,
    'so are weeks'
);
select is_empty(
    $$ select * from pg_temp.read('{response_time_ms}', granularity => 'daily') $$,
    'a day that starts before the range is not, not even its rows that no run has read'
);
-- Midnight of New Zealand is 11:00.
select results_eq(
    $$ select r.time_bucket, r.count, r.sum
       from perf_internal.read_metrics(
           'calls', '{response_time_ms}', array(select c.id from configs as c where c.name = 'two'),
           '2020-02-02 11:00+00', '2020-02-04 11:00+00', 'daily', time_zone => 'Pacific/Auckland'
       ) as r
       order by 1 $$,
    $$ values ('2020-02-02 11:00+00'::timestamptz, 4::bigint, 600::float8),
        ('2020-02-03 11:00+00', 2, 900) $$,
    'or of the days of a time zone, with rows that no run has read'
);
select results_eq(
    $$ select count, sum from pg_temp.read('{response_time_ms}', names => '{two,three}') $$,
    $$ values (7::bigint, 2500::float8) $$,
    'several series are one group'
);
select results_eq(
    $$ select group_number, count, sum
       from pg_temp.read('{response_time_ms}', group_numbers => '{7,5}', names => '{two,three}') $$,
    $$ values (5, 1::bigint, 1000::float8), (7, 6, 1500) $$,
    'or each of the group that it is told'
);
select results_eq(
    $$ select group_number, hour, count
       from pg_temp.read(
           '{response_time_ms}', granularity => 'hourly', group_numbers => '{1,2}',
           names => '{two,three}'
       ) $$,
    $$ values (1, '10', 4::bigint), (1, '11', 2), (2, '10', 1) $$,
    'groups have buckets of their own'
);

-- Percentiles. Of 0, 100, ... 500 rank 1.25 is 125, rank 0.5 is 50.
select ok(
    (
        select pg_temp.is_near(percentile_values, '{125,50}')
        from pg_temp.read('{response_time_ms}', percentiles => '{0.25,0.1}')
    ),
    'percentiles are those that are asked for'
);
select results_eq(
    $$ select hour, cardinality(percentile_values), percentile_values[2]
       from pg_temp.read(
           '{response_time_ms}', granularity => 'hourly', percentiles => '{0.25,1}',
           names => '{three}'
       ) $$,
    $$ values ('10', 2, 1000::float8) $$,
    'in buckets too, and never outside of what was measured'
);
select results_eq(
    $$ select metric, percentile_values is not null
       from pg_temp.read(
           '{response_time_ms,failed_response_time_ms}',
           sketched_metrics => '{failed_response_time_ms}'
       ) $$,
    $$ values ('failed_response_time_ms', true), ('response_time_ms', false) $$,
    'and of the metrics of which they are'
);

-- Exact edges.
select results_eq(
    $$ select count, sum
       from pg_temp.read(
           '{response_time_ms}', '2020-02-03 10:15+00', '2020-02-03 11:20+00', is_exact => true
       ) $$,
    $$ values (4::bigint, 900::float8) $$,
    'exact, it reads raw rows of parts of hours: 300, 200, 0 and 400'
);
select results_eq(
    $$ select count, sum
       from pg_temp.read(
           '{response_time_ms}', '2020-02-03 10:15+00', '2020-02-03 12:00+00', is_exact => true
       ) $$,
    $$ values (5::bigint, 1400::float8) $$,
    'and whole hours beside them'
);
select results_eq(
    $$ select metric, count, sum
       from pg_temp.read(
           '{response_time_ms,error_rate}', '2020-02-03 10:00+00', '2020-02-03 11:30+00',
           is_exact => true
       ) $$,
    $$ values ('error_rate', 5::bigint, 1::float8), ('response_time_ms', 5, 1000) $$,
    'the row at the end is not in it'
);
insert into perf_internal.dropped_ranges (pipeline, range_start, range_end, row_count, bytes)
values ('calls', '2020-02-03 00:00+00', '2020-02-04 00:00+00', 1, 1);
select results_eq(
    $$ select count, sum
       from pg_temp.read(
           '{response_time_ms}', '2020-02-03 10:15+00', '2020-02-03 12:00+00', is_exact => true
       ) $$,
    $$ values (2::bigint, 900::float8) $$,
    'where raw rows are gone it reads the whole hours'
);

select is_empty(
    $$ select * from pg_temp.read('{response_time_ms}', names => '{}') $$,
    'of no series there is nothing'
);
select throws_ok(
    $$ select * from perf_internal.read_metrics(
           'other', '{response_time_ms}', array(select id from configs), '2020-01-06', '2020-01-07'
       ) $$,
    'PT404',
    'there is no pipeline "other"',
    'refuses an unknown pipeline'
);
select throws_ok(
    $$ select * from pg_temp.read('{response_time_ms}', granularity => 'monthly') $$,
    '22023',
    'granularity must be hourly, daily or weekly, got "monthly"',
    'refuses an unknown granularity'
);
select throws_ok(
    $$ select * from pg_temp.read('{response_time_ms}', percentiles => '{50}') $$,
    '22023',
    'percentiles must be between 0 and 1, got 50',
    'refuses a percentile above 1'
);
savepoint whole;
update perf_internal.database_origin set origin = gen_random_uuid();
select throws_ok(
    $$ select * from pg_temp.read('{response_time_ms}') $$,
    'PT409',
    'rows of another cluster were restored here and not adopted',
    'refuses to read while a restore is under way'
);
rollback to savepoint whole;

-- A stranger sees no series, so it asks for none.
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is_empty(
    $$ select *
       from perf_internal.read_metrics(
           'calls', '{response_time_ms}', array(select c.id from perf.model_tool_configs as c),
           '2020-01-06', '2020-03-27'
       ) $$,
    'a stranger sees nothing'
);

set local role perf_analyst;
select is(
    (
        select r.count
        from perf_internal.read_metrics(
            'calls', '{response_time_ms}', array(select c.id from perf.model_tool_configs as c),
            '2020-01-06', '2020-03-27'
        ) as r
    ),
    32::bigint,
    'perf_analyst sees all'
);

set local role perf_recorder;
select throws_ok(
    $$ select *
       from perf_internal.read_metrics('calls', '{}', '{}', '2020-01-06', '2020-01-27') $$,
    '42501',
    null,
    'perf_recorder may not ask'
);

select * from finish();
rollback;
