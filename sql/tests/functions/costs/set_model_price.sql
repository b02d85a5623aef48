begin;
select plan(14);
set local timezone = 'UTC';

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');

create temp table made as
select perf.set_model_price(
    ' acme/one ', 2.5, 10, 1.25, 3, ' acme ', '2020-01-06 10:00+00', 'EUR', 'own', source => 'web'
) as id;
select results_eq(
    $$ select p.id, p.book, p.model_name, p.provider, p.valid_from, p.input_price,
           p.cached_input_price, p.cache_write_price, p.output_price, p.currency, p.is_free, p.source
       from perf.model_prices as p $$,
    $$ select m.id, 'own', 'acme/one', 'acme', timestamptz '2020-01-06 10:00+00', 2.5::float8,
           1.25::float8, 3::float8, 10::float8, 'EUR', false, 'web'
       from made as m $$,
    'adds a price'
);
select is(
    perf.set_model_price(
        'acme/one', 3, 12, provider => 'acme', valid_from => '2020-01-06 10:00+00', book => 'own'
    ),
    (select m.id from made as m),
    'replaces the one of the same time'
);
select results_eq(
    'select p.input_price, p.cached_input_price, p.currency, p.source from perf.model_prices as p',
    $$ values (3::float8, null::float8, 'USD', null) $$,
    'with all of it'
);
select perf.set_model_price('acme/one', 1, 2);
select results_eq(
    $$ select p.valid_from from perf.model_prices as p where p.book = 'standard' $$,
    $$ values (timestamptz '1970-01-01 00:00+00') $$,
    'a first price is for all time'
);
select perf.set_model_price('acme/one', 1, 3);
select results_eq(
    $$ select p.valid_from from perf.model_prices as p where p.book = 'standard' order by 1 $$,
    $$ values (timestamptz '1970-01-01 00:00+00'), (date_trunc('hour', now())) $$,
    'another one holds from the current hour on'
);
select perf.set_model_price('acme/free', 0, 0, is_free => true);
select is(
    (select p.is_free from perf.model_prices as p where p.model_name = 'acme/free'),
    true,
    'a model may be free'
);
select throws_ok(
    $$ select perf.set_model_price('acme/free', 0, 0) $$,
    '22023',
    'is_free must be true where all prices are 0, got false',
    'if one says so'
);
select throws_ok(
    $$ select perf.set_model_price('acme/free', 0, 1, is_free => true) $$,
    '22023',
    'is_free must be false where a price is above 0, got true',
    'and only then'
);
select throws_ok(
    $$ select perf.set_model_price('x', 1, 2, valid_from => '2020-01-06 10:30+00') $$,
    '22023',
    'valid_from must be a whole hour of UTC from 1970 on, got "2020-01-06 10:30:00+00"',
    'refuses a part of an hour'
);
select throws_ok(
    $$ select perf.set_model_price('x', 'NaN', 2) $$,
    '22023',
    'prices must be per million tokens from 0 to 1e9, got NaN',
    'refuses what is no number'
);
select throws_ok(
    $$ select perf.set_model_price('x', 1, -2) $$,
    '22023',
    'output_price must be a price per million tokens from 0 to 1e9, got "-2"',
    'refuses a negative price'
);
select throws_ok(
    $$ select perf.set_model_price('x', 1, 2, currency => 'usd') $$,
    '22023',
    'currency must be three capitals as in ISO 4217, got "usd"',
    'refuses what is no currency'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.set_model_price('x', 1, 2) $$, '42501', null, 'an analyst sets no price'
);
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select lives_ok($$ select perf.set_model_price('x', 1, 2) $$, 'an admin does');

select * from finish();
rollback;
