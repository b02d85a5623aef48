begin;
select plan(6);

select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n))
from generate_series(1, 2) as n;
-- At fixed times, which the triggers would not allow.
alter table perf.model_config_activations disable trigger user;
insert into perf.model_config_activations
    (model_type, config_id, active_during, kind, activated_by_login, notes)
select
    'sdxl',
    perf.find_model_config('sdxl@' || v.version),
    v.active_during,
    'activate',
    'ada',
    v.notes
from (values
    (1, 1, tstzrange('2020-01-06 00:00+00', '2020-01-08 12:30+00'), 'start'),
    (2, 2, tstzrange('2020-01-08 12:30+00', '2020-01-10 00:00+00'), 'try'),
    (3, 1, tstzrange('2020-01-10 00:00+00', null), 'back')
) as v (position, version, active_during, notes)
order by v.position;
alter table perf.model_config_activations enable trigger user;
update perf.model_config_history set is_active = true where version = 1;
select perf.register_model('x/m', model_type => 'sdxl');
select perf.record_call('x/m', 'chat', 100, call_timestamp => t)
from generate_series('2020-01-05 12:00+00'::timestamptz, '2020-01-11 12:00+00', '1 day') as t;

select results_eq(
    $$ select cardinality(s.buckets), s.covered_from, s.covered_until
       from perf.model_config_activations as a
       cross join lateral perf_internal.collect_calls_around(a, '7 days', true, '2020-01-20') as s
       where a.notes = 'try' $$,
    $$ values (3, '2020-01-06 00:00+00'::timestamptz, '2020-01-08 12:30+00'::timestamptz) $$,
    'before is the time under the activation before'
);

select results_eq(
    $$ select cardinality(s.buckets), s.covered_from, s.covered_until
       from perf.model_config_activations as a
       cross join lateral perf_internal.collect_calls_around(a, '7 days', false, '2020-01-20') as s
       where a.notes = 'try' $$,
    $$ values (1, '2020-01-08 12:30+00'::timestamptz, '2020-01-10 00:00+00'::timestamptz) $$,
    'after is the time until the next one'
);

select results_eq(
    $$ select cardinality(s.buckets), s.covered_from, s.covered_until
       from perf.model_config_activations as a
       cross join lateral perf_internal.collect_calls_around(a, '1 day', true, '2020-01-20') as s
       where a.notes = 'try' $$,
    $$ values (1, '2020-01-07 12:30+00'::timestamptz, '2020-01-08 12:30+00'::timestamptz) $$,
    'neither is longer than the window'
);

select results_eq(
    $$ select cardinality(s.buckets), s.covered_until
       from perf.model_config_activations as a
       cross join lateral perf_internal.collect_calls_around(
           a, '7 days', false, '2020-01-11 12:00+00'
       ) as s
       where a.notes = 'back' $$,
    $$ values (1, '2020-01-11 12:00+00'::timestamptz) $$,
    'after ends at as_of'
);

select results_eq(
    $$ select s.covered_from
       from perf.model_config_activations as a
       cross join lateral perf_internal.collect_calls_around(a, '7 days', true, '2020-01-20') as s
       where a.notes = 'start' $$,
    $$ values ('2019-12-30 00:00+00'::timestamptz) $$,
    'before the first activation is the whole window'
);

select throws_ok(
    $$ select perf_internal.collect_calls_around(a, '-1 day', true, now())
       from perf.model_config_activations as a $$,
    '22023',
    'time_window must be between 1 minute and 10 years, got -1 days',
    'refuses a negative window'
);

select * from finish();
rollback;
