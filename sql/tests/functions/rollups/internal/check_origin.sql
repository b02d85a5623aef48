begin;
select plan(7);

select lives_ok('select perf_internal.check_origin()', 'a database that was not restored passes');

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select lives_ok('select perf_internal.check_origin()', 'for a stranger with a token too');

set local role perf_analyst;
select lives_ok('select perf_internal.check_origin()', 'and for perf_analyst');

set local role perf_recorder;
select throws_ok(
    'select perf_internal.check_origin()', '42501', null, 'perf_recorder may not ask'
);

-- As between the data and the end of a restore.
reset role;
refresh materialized view perf_internal.origin with no data;
select throws_ok(
    'select perf_internal.check_origin()',
    'PT409',
    'a restore is under way: perf_internal.origin is empty',
    'refuses to go on while a restore is under way'
);

refresh materialized view perf_internal.origin;
update perf_internal.database_origin set origin = gen_random_uuid();
select throws_ok(
    'select perf_internal.check_origin()',
    'PT409',
    'rows of another cluster were restored here and not adopted',
    'and when the data was restored without the end'
);

refresh materialized view perf_internal.origin;
select lives_ok('select perf_internal.check_origin()', 'once the rows are adopted it passes');

select * from finish();
rollback;
