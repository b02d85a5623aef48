begin;
select plan(9);
set local timezone = 'UTC';

select perf.grant_role('c0000000-0000-4000-8000-000000000000', 'recorder', 'cleo');
select is_empty('select * from perf.get_model_prices()', 'an empty book is no error');
select perf.set_model_price('m', 1, 2);
select perf.set_model_price('m', 2, 3, valid_from => '2020-01-06 10:00+00');
select perf.set_model_price('m', 4, 5, provider => 'host', valid_from => '2020-01-06 11:00+00');
select perf.set_model_price('n', 6, 7, book => 'other');

select results_eq(
    $$ select p.model, p.provider, p.input_price, p.valid_from, p.valid_until
       from perf.get_model_prices(as_of => '2020-01-06 09:59+00') as p $$,
    $$ values (
        'm', null, 1::float8, timestamptz '1970-01-01 00:00+00', timestamptz '2020-01-06 10:00+00'
    ) $$,
    'those in force'
);
select results_eq(
    $$ select p.provider, p.input_price, p.valid_until
       from perf.get_model_prices(as_of => '2020-01-06 11:00+00') as p $$,
    $$ values (null, 2::float8, null::timestamptz), ('host', 4, null) $$,
    'one for each provider that has its own'
);
select results_eq(
    $$ select p.model from perf.get_model_prices('other') as p $$, $$ values ('n') $$, 'of a book'
);
select is_empty(
    $$ select * from perf.get_model_prices(model_name => 'n') $$, 'nothing of a model without one'
);
select throws_ok(
    $$ select * from perf.get_model_prices('none') $$,
    'PT404', 'there is no price book "none"', 'refuses a book that is not there'
);
select throws_ok(
    $$ select * from perf.get_model_prices(max_rows => 1) $$, '22023', null, 'or too many rows'
);
select throws_ok(
    $$ select * from perf.get_model_prices(as_of => null) $$, '22023', null, 'or no time'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select * from perf.get_model_prices()', '42501', null, 'a recorder reads no prices'
);

select * from finish();
rollback;
