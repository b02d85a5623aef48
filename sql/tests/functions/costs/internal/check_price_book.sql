begin;
select plan(4);

select lives_ok($$ select perf_internal.check_price_book('standard') $$, 'standard may be empty');
select throws_ok(
    $$ select perf_internal.check_price_book('own') $$,
    'PT404', 'there is no price book "own"', 'refuses another one without a price'
);
select throws_ok($$ select perf_internal.check_price_book(null) $$, 'PT404', null, 'and null');
select perf.set_model_price('m', 1, 2, book => 'own');
select lives_ok($$ select perf_internal.check_price_book('own') $$, 'allows one with a price');

select * from finish();
rollback;
