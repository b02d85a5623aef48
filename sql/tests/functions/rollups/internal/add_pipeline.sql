begin;
select plan(21);

set local timezone = 'UTC';

create table perf.flights_raw (
    flight_id uuid not null,
    landed_at timestamptz not null,
    distance_km double precision,
    transaction_id bigint not null default txid_current()
) partition by range (landed_at);
create index on perf.flights_raw using brin (transaction_id);
create table perf_internal.flights_raw_default partition of perf.flights_raw default;
create view perf_internal.flight_series
as
select s.series_id, jsonb_build_object('route', s.route) as labels
from (
    values
        ('30000000-0000-4000-8000-000000000001'::uuid, 'north'),
        ('30000000-0000-4000-8000-000000000002', 'south')
) as s (series_id, route);

create function pg_temp.add_flights(failed_when text, partition_width interval)
returns void
language sql
as $$
    select perf_internal.add_pipeline(
        'flights',
        raw_table => 'perf.flights_raw',
        series_column => 'flight_id',
        time_column => 'landed_at',
        series_view => 'perf_internal.flight_series',
        failed_when => add_flights.failed_when,
        partition_width => add_flights.partition_width,
        keep_raw => '90 days'
    )
$$;

select lives_ok($$ select pg_temp.add_flights(null, '1 month') $$, 'adds a pipeline');
select results_eq(
    $$ select to_jsonb(p) from perf_internal.pipelines as p where p.pipeline = 'flights' $$,
    $$ values (jsonb_build_object(
        'pipeline', 'flights', 'raw_table', 'perf.flights_raw', 'series_column', 'flight_id',
        'time_column', 'landed_at', 'series_view', 'perf_internal.flight_series',
        'failed_when', null, 'partition_width', interval '1 month', 'measures', null,
        'name_column', null
    )) $$,
    'with what it is told'
);
select results_eq(
    $$ select s.snapshot_xmax, s.in_progress, s.total_rows, s.last_run_at
       from perf_internal.rollup_state as s
       where s.pipeline = 'flights' $$,
    $$ values (0::bigint, '{}'::bigint[], 0::bigint, null::timestamptz) $$,
    'of which no run has read anything'
);
select results_eq(
    $$ select t.level, t.keep
       from perf.retention as t
       where t.pipeline = 'flights'
       order by 1 $$,
    $$ values ('daily', interval '2 years'), ('hourly', '90 days'), ('raw', '90 days'),
        ('weekly', null) $$,
    'kept as long as by default'
);

-- The engine does the rest.
select lives_ok(
    $$ select perf_internal.add_metric(
           'flights', 'distance_km', 'r.distance_km', unit => 'km', better => 'higher',
           meaning => 'Distance flown.'
       ) $$,
    'it can measure something'
);
select throws_ok(
    $$ insert into perf.flights_raw (flight_id, landed_at, distance_km)
       values ('30000000-0000-4000-8000-000000000003', '2020-01-06 10:00', 100) $$,
    '23503',
    'flight_id 30000000-0000-4000-8000-000000000003 does not exist',
    'a row of an unknown series is refused'
);
select lives_ok(
    $$ insert into perf.flights_raw (flight_id, landed_at, distance_km, transaction_id) values
           ('30000000-0000-4000-8000-000000000001', '2020-01-06 10:00', 100, 5),
           ('30000000-0000-4000-8000-000000000001', '2020-01-31 23:59:59.999999', 300, 5),
           ('30000000-0000-4000-8000-000000000002', '2020-02-01 00:00', 50, 5) $$,
    'others are kept'
);
select results_eq(
    $$ select partition_name, moved_rows
       from perf.ensure_partitions('2020-01-06 12:00', 7)
       where partition_name like 'flights%' $$,
    $$ values ('flights_raw_20200101', 2::bigint), ('flights_raw_20200201', 1) $$,
    'partitions are made, a month each'
);
select is(perf.aggregate_performance_metrics('flights'), 3::bigint, 'a run adds its rows');
select is(perf.aggregate_performance_metrics(), 0::bigint, 'a second run of all adds none');
select results_eq(
    $$ select q.group_labels, q.count, q.total
       from perf.query_metrics(
           'distance_km', '2020-01-01', '2020-03-01', group_by => '{route}'
       ) as q $$,
    $$ values ('{"route": "north"}'::jsonb, 2::bigint, 400::float8), ('{"route": "south"}', 1, 50) $$,
    'its metric can be asked for'
);
select is_empty(
    $$ select * from perf.verify_performance_metrics('2020-01-01', '2020-03-01', 'flights') $$,
    'verified'
);
-- 90 days before 2020-05-01 is 2020-02-01.
select results_eq(
    $$ select c.pipeline, c.level, c.name, c.dropped_rows
       from perf.cleanup_old_performance_data('2020-05-01') as c
       where c.pipeline = 'flights'
           and c.level = 'raw' $$,
    $$ values ('flights', 'raw', 'flights_raw_20200101', 2::bigint) $$,
    'and cleaned up, by whole months'
);

-- Every migration adds it again.
update perf.retention as t
set keep = '30 days'
where t.pipeline = 'flights'
    and t.level = 'raw';
select lives_ok(
    $$ select pg_temp.add_flights('r.distance_km = 0', '1 day') $$, 'adds the pipeline again'
);
select results_eq(
    $$ select p.failed_when, p.partition_width
       from perf_internal.pipelines as p
       where p.pipeline = 'flights' $$,
    $$ values ('r.distance_km = 0', interval '1 day') $$,
    'which changes it'
);
select is(
    (
        select t.keep
        from perf.retention as t
        where t.pipeline = 'flights'
            and t.level = 'raw'
    ),
    interval '30 days',
    'what is kept how long stays as it was set'
);
select is(
    (select s.total_rows from perf_internal.rollup_state as s where s.pipeline = 'flights'),
    3::bigint,
    'so does what was rolled up'
);
select is(
    (
        select count(*)
        from pg_trigger as g
        where g.tgrelid = 'perf.flights_raw'::regclass
            and g.tgname = 'check_raw_rows'
    ),
    1::bigint,
    'rows are checked once'
);

select throws_ok(
    $$ select pg_temp.add_flights(null, '7 days') $$,
    '23514',
    null,
    'partitions are a day or a month wide'
);
select throws_ok(
    $$ select perf_internal.add_pipeline('x', 'perf.nothing_raw', 'id', 'at', 'perf.nothing') $$,
    '42P01',
    null,
    'refuses a raw table that is none'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.add_pipeline('x', 'perf.flights_raw', 'id', 'at', 'perf.nothing') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
