begin;
select plan(7);

select lives_ok(
    $$ select perf_internal.add_metric_family(
           'calls', 'light.', unit => 'lx', better => 'higher', meaning => 'Light of a lamp.'
       ) $$,
    'adds a family'
);
select results_eq(
    $$ select f.prefix, f.unit, f.better, f.meaning
       from perf_internal.metric_families as f
       where f.pipeline = 'calls' $$,
    $$ values ('light.', 'lx', 'higher', 'Light of a lamp.') $$,
    'with what it is told'
);
select perf_internal.add_metric_family('calls', 'light.', 'lm', null, 'Light.');
select results_eq(
    $$ select f.prefix, f.unit, f.better, f.meaning
       from perf_internal.metric_families as f
       where f.pipeline = 'calls' $$,
    $$ values ('light.', 'lm', null::text, 'Light.') $$,
    'adding it again changes it'
);
select throws_ok(
    $$ select perf_internal.add_metric_family('other', 'light.', 'lm', null, 'Light.') $$,
    '23503',
    null,
    'refuses an unknown pipeline'
);
select throws_ok(
    $$ select perf_internal.add_metric_family('calls', 'light.', 'lm', 'good', 'Light.') $$,
    '23514',
    null,
    'better is higher or lower'
);
select throws_ok(
    $$ select perf_internal.add_metric_family('calls', null, 'lm', null, 'Light.') $$,
    '23502',
    null,
    'refuses a family without a prefix'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.add_metric_family('calls', 'light.', 'lm', null, 'Light.') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
