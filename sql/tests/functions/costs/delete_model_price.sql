begin;
select plan(8);
set local timezone = 'UTC';

select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'analyst', 'ben');
select perf.set_model_price('m', 1, 2);
select perf.set_model_price('m', 2, 3, valid_from => '2020-01-06 10:00+00');
select perf.set_model_price('m', 4, 5, provider => 'host');
select perf.set_model_price('m', 6, 7, book => 'other');

select is(
    perf.delete_model_price(' m ', valid_from => '2020-01-06 10:00+00'), 1::bigint, 'of one time'
);
select is(
    (
        select p.input_price
        from perf.get_model_prices(as_of => '2020-01-07') as p
        where p.provider is null
    ),
    1::float8,
    'the one before it is in force again'
);
select is(
    perf.delete_model_price('m', valid_from => '2020-01-06 10:00+00'), 0::bigint, 'once'
);
select is(perf.delete_model_price('m', 'host'), 1::bigint, 'for one provider');
select is(perf.delete_model_price('m'), 1::bigint, 'all for any provider');
select is(perf.delete_model_price('none'), 0::bigint, 'none of a model without a price');
select results_eq(
    'select p.book from perf.model_prices as p', $$ values ('other') $$, 'other books stay'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    $$ select perf.delete_model_price('m') $$, '42501', null, 'an analyst deletes no price'
);

select * from finish();
rollback;
