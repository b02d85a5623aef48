begin;
select plan(3);

select is(perf_internal.get_profile_id(), null, 'a database login has no profile');

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin');
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    perf_internal.get_profile_id(),
    'a0000000-0000-4000-8000-000000000000',
    'a token names its profile'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select is(perf_internal.get_profile_id(), null, 'a token without a profile gives null');

select * from finish();
rollback;
