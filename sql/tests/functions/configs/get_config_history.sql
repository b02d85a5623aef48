begin;
select plan(10);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.save_model_config('wan', 'w', '{"n": 3}');
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select perf.save_model_config('sdxl', 'one', '{"n": 1}', 'first', activate => true);
select perf.save_model_config('sdxl', 'two', '{"n": 2}', activate => true);
select perf.rollback_model_config('sdxl');

select results_eq(
    $$ select version, config_name::text, is_active, creator_name, notes, activations,
           last_active_until is null
       from perf.get_config_history('sdxl') $$,
    $$ values (2, 'two', false, 'ada', null, 1::bigint, false),
        (1, 'one', true, 'ada', 'first', 2, true) $$,
    'gives the versions of a type, newest first'
);

select is((select count(*) from perf.get_config_history()), 3::bigint, 'or of all types');

select is(
    (
        select string_agg(config_name, ',' order by version)
        from perf.get_config_history(created_by => 'a0000000-0000-4000-8000-000000000000')
    ),
    'one,two',
    'or of one person'
);

select is(
    (select config_name from perf.get_config_history('sdxl', max_rows => 1)),
    'two'::varchar,
    'no more than asked for'
);

select is_empty(
    $$ select * from perf.get_config_history(since => now() + interval '1 microsecond') $$,
    'nothing was saved later'
);

select is_empty(
    $$ select * from perf.get_config_history(until => now()) $$,
    'until is not in the range'
);

select is((select count(*) from perf.get_config_history(since => now())), 3::bigint, 'since is');

select throws_ok(
    'select * from perf.get_config_history(max_rows => -1)',
    '22023',
    'max_rows must be between 1 and 10000, got -1',
    'refuses a negative number of rows'
);

select throws_ok(
    'select * from perf.get_config_history(since => null)',
    '22023',
    'since and until must be points in time, until not before since, got null and infinity',
    'refuses a null time'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select * from perf.get_config_history('nothing') $$,
    '42501',
    'this needs the role analyst',
    'a stranger with a token may not ask'
);

select * from finish();
rollback;
