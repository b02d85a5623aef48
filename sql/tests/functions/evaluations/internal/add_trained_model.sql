begin;
select plan(10);

create temporary table made as
select
    perf_internal.add_trained_model(' energy ', null) as without_machine,
    perf_internal.add_trained_model('energy', 'e0000000-0000-4000-8000-000000000000') as with_machine;

select results_eq(
    'select m.id, m.model_type, m.machine_id from perf_internal.trained_models as m order by 3',
    $$ select x.with_machine, 'energy', 'e0000000-0000-4000-8000-000000000000'::uuid
       from made as x
       union all
       select x.without_machine, 'energy', null from made as x $$,
    'adds a type of model for each machine and for none, without spaces around its name'
);
select is(
    perf_internal.add_trained_model('energy', null),
    (select x.without_machine from made as x),
    'or finds it'
);
select is(
    perf_internal.add_trained_model('energy ', 'e0000000-0000-4000-8000-000000000000'),
    (select x.with_machine from made as x),
    'on its machine'
);
select is((select count(*) from perf_internal.trained_models), 2::bigint, 'and adds none again');
select lives_ok(
    format('select perf_internal.add_trained_model(%L, null)', repeat('x', 200)),
    'a name has up to 200 characters'
);
select throws_ok(
    format('select perf_internal.add_trained_model(%L, null)', repeat('x', 201)),
    '22023',
    format('model_type must have 1 to 200 characters, got "%s..." (201 characters)', repeat('x', 60)),
    'and no more'
);
select throws_ok(
    'select perf_internal.add_trained_model(null, null)',
    '22023',
    'model_type must have 1 to 200 characters, got null',
    'refuses null'
);
select throws_ok(
    $$ select perf_internal.add_trained_model(' ', null) $$,
    '22023',
    'model_type must have 1 to 200 characters, got ""',
    'and a blank name'
);
select throws_ok(
    $$ select perf_internal.add_trained_model(E'a\nb', null) $$,
    '22023',
    E'model_type must have no control characters, got "a\\nb"',
    'and control characters'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.add_trained_model('energy', null) $$,
    '42501',
    null,
    'only our functions call it'
);

select * from finish();
rollback;
