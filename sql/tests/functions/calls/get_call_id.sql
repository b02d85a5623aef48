begin;
select plan(8);

select is(
    perf.get_call_id('req_011CTa'),
    '82a152aa-107c-8c85-976d-fd9b0606903b'::uuid,
    'a text has a UUID of version 8 made of its SHA-256'
);
select is(
    perf.get_call_id(' req_011CTa '), perf.get_call_id('req_011CTa'),
    'spaces around it do not count'
);
select isnt(
    perf.get_call_id('req_011CTb'), perf.get_call_id('req_011CTa'), 'another text has another'
);
select isnt(
    perf.get_call_id('req_011CTa'), perf.get_subject_id('req_011CTa'),
    'it is not that of a user of the same name'
);
select is(
    perf.get_call_id(c.call_id), '01234567-89ab-7cde-8f01-23456789abcd'::uuid, 'a UUID is the id'
)
from (
    values ('01234567-89AB-7cde-8f01-23456789abcd'), ('{0123456789ab7cde8f0123456789abcd}')
) as c (call_id);
select is(perf.get_call_id(' '), null, 'a blank text is none');

set local role anon;
select throws_ok($$ select perf.get_call_id('a') $$, '42501', null, 'anon may not ask');

select * from finish();
rollback;
