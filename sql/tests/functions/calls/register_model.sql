begin;
select plan(19);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'recorder');

create temporary table made as
select perf.register_model('acme/one', model_type => 'sdxl') as id;

select results_eq(
    'select m.id, m.name, m.provider, m.model_type::text from perf.models as m',
    $$ select id, 'acme/one', 'acme', 'sdxl' from made $$,
    'adds a model, the provider read from its name'
);

select is(
    perf.register_model('acme/one', 'other'),
    (select id from made),
    'a known model keeps its id'
);

select results_eq(
    'select m.provider, m.model_type::text from perf.models as m',
    $$ values ('other', 'sdxl') $$,
    'takes the new provider, and what is null stays'
);

select is(
    perf.register_model('acme/one', model_type => 'wan'),
    (select id from made),
    'a second run finds the same model'
);

select results_eq(
    'select m.provider, m.model_type::text from perf.models as m',
    $$ values ('other', 'wan') $$,
    'takes the new model_type and keeps the provider that was set'
);

select lives_ok($$ select perf.register_model('two') $$, 'a name is enough');

select results_eq(
    $$ select m.provider, m.model_type::text from perf.models as m where m.name = 'two' $$,
    $$ values ('unknown', null::text) $$,
    'the provider is unknown then, the model_type null'
);

select throws_ok(
    'select perf.register_model(null)',
    '22023',
    'model_name must have 1 to 200 characters, got null',
    'refuses a null name'
);
select throws_ok(
    $$ select perf.register_model(' ') $$,
    '22023',
    'model_name must have 1 to 200 characters, got ""',
    'refuses a blank name'
);
select throws_ok(
    $$ select perf.register_model('two', '') $$,
    '22023',
    'provider must have 1 to 200 characters, got ""',
    'refuses an empty provider'
);
select throws_ok(
    $$ select perf.register_model('two', null, E'n\r\nX-Inj: 1') $$,
    '22023',
    E'model_type must have no control characters, got "n\\r\\nX-Inj: 1"',
    'refuses control characters'
);
select lives_ok(
    $$ select perf.register_model(' padded ', ' acme ', ' sdxl ') $$,
    'names may have spaces around them'
);
select is(
    (select (m.provider, m.model_type)::text from perf.models as m where m.name = 'padded'),
    '(acme,sdxl)',
    'which are not stored'
);
select throws_ok(
    $$ select perf.register_model('two', null, 'a type of 21 letters.') $$,
    '22023',
    null,
    'refuses a model_type of 21 characters'
);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select lives_ok(
    $$ select perf.register_model('three') $$,
    'an admin by token adds models'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select throws_ok(
    $$ select perf.register_model('four') $$,
    '42501',
    'this needs the role admin',
    'a recorder by token does not'
);

set local role perf_admin;

select lives_ok($$ select perf.register_model('four') $$, 'perf_admin adds models');

set local role perf_recorder;

select throws_ok(
    $$ select perf.register_model('five') $$, '42501', null, 'perf_recorder does not'
);

set local role anon;

select throws_ok($$ select perf.register_model('five') $$, '42501', null, 'anon does not');

select * from finish();
rollback;
