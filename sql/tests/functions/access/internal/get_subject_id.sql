-- The tests of perf.get_subject_id say what it does.
begin;
select plan(2);

set local role authenticated;
select is(
    perf_internal.get_subject_id('auth0|64b1'),
    perf.get_subject_id('auth0|64b1'),
    'a signed-in caller may ask'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.get_subject_id('auth0|64b1') $$, '42501', null, 'anon may not'
);

select * from finish();
rollback;
