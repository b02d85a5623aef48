begin;
select plan(15);
set local timezone = 'UTC';

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
create function pg_temp.load(prices jsonb, valid_from timestamptz default null)
returns text
language sql as $$
    select format('%s new, %s changed, %s same', s.new_count, s.changed_count, s.same_count)
    from perf.set_model_prices(prices, valid_from => load.valid_from, source => 'list') as s
$$;
create function pg_temp.one(name text, input numeric, more jsonb default '{}')
returns jsonb
language sql as $$
    select jsonb_build_array(
        jsonb_build_object('model_name', name, 'input_price', input, 'output_price', 2) || more
    )
$$;

select is(
    pg_temp.load(pg_temp.one('a', 1) || pg_temp.one('b', 0.15, '{"provider": "host"}')),
    '2 new, 0 changed, 0 same',
    'adds prices'
);
select results_eq(
    $$ select p.model_name, p.provider, p.valid_from, p.input_price, p.currency, p.source
       from perf.model_prices as p order by 1 $$,
    $$ values
        ('a', null, timestamptz '1970-01-01 00:00+00', 1::float8, 'USD', 'list'),
        ('b', 'host', '1970-01-01 00:00+00', 0.15, 'USD', 'list') $$,
    'first ones for all time'
);
select is(pg_temp.load(pg_temp.one('a', 1)), '0 new, 0 changed, 1 same', 'the same adds nothing');
select is(
    pg_temp.load(pg_temp.one('a', 2), '2020-01-06 10:00+00'), '0 new, 1 changed, 0 same', 'a change'
);
select is(
    pg_temp.load(pg_temp.one('a', 2), '2020-02-06 10:00+00'),
    '0 new, 0 changed, 1 same',
    'is in force later'
);
select is(
    pg_temp.load(pg_temp.one('a', 1), '2020-01-01 10:00+00'),
    '0 new, 0 changed, 1 same',
    'and not before'
);
select is(
    pg_temp.load(pg_temp.one('a', 3), '2020-01-06 10:00+00'),
    '0 new, 1 changed, 0 same',
    'a price of the same time is replaced'
);
select is((select count(*) from perf.model_prices), 3::bigint, 'so there are three');
select is(pg_temp.load('[]'), '0 new, 0 changed, 0 same', 'none of none');
select throws_ok(
    $$ select pg_temp.load(pg_temp.one('c', 1) || pg_temp.one('d', -1)) $$,
    '22023',
    'prices[1]: input_price must be a price per million tokens from 0 to 1e9, got "-1"',
    'names the first bad element'
);
select is((select count(*) from perf.model_prices), 3::bigint, 'and adds nothing of the batch');
select throws_ok(
    $$ select pg_temp.load(pg_temp.one('c', 1) || pg_temp.one(' c ', 2)) $$,
    '22023',
    'prices[1]: there is another price of "c" for the same provider and time',
    'refuses two prices of the same'
);
select throws_ok(
    $$ select pg_temp.load('{"a": 1}') $$,
    '22023',
    'prices must be a JSON array, got "{\"a\": 1}"',
    'refuses what is no array'
);
select throws_ok(
    $$ select perf.set_model_prices(null) $$,
    '22023', 'prices must be a JSON array, got null', 'or null'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.set_model_prices('[]') $$, '42501', null, 'an analyst sets no prices'
);

select * from finish();
rollback;
