begin;
select plan(3);

select is(
    perf_internal.get_text_id('sub', 'auth0|64b1'),
    perf.get_subject_id('auth0|64b1'),
    'the id of a subject is made of it'
);
select isnt(
    perf_internal.get_text_id('call', 'auth0|64b1'),
    perf_internal.get_text_id('sub', 'auth0|64b1'),
    'texts of two kinds have two'
);

set local role anon;
select throws_ok(
    $$ select perf_internal.get_text_id('sub', 'a') $$, '42501', null, 'anon may not ask'
);

select * from finish();
rollback;
