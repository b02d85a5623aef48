begin;
select plan(14);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'admin', 'ben');
select perf.save_model_config('sdxl', 'one', '{}');

-- The login of PostgREST, and those of two people who come without a token.
create role perf_test_authenticator login noinherit;
grant authenticated, service_role to perf_test_authenticator;
create role perf_test_ada login;
create role perf_test_ben login;
grant perf_admin to perf_test_ada, perf_test_ben;

-- Asks as somebody; the note names the request.
create function pg_temp.ask(note text)
returns void
language sql
as $$
    select perf.request_activation(perf.find_model_config('sdxl@1'), note)
$$;
create function pg_temp.is_requester(note text)
returns boolean
language sql
security definer
as $$
    select perf_internal.is_requester(r)
    from perf.model_config_requests as r
    where r.notes = note
$$;

set local session authorization perf_test_authenticator;
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select pg_temp.ask('token of ada');
set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select pg_temp.ask('service key');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select pg_temp.ask('service key that names ben');
set local session authorization perf_test_ada;
set local request.jwt.claims = '';
select pg_temp.ask('login of ada');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select pg_temp.ask('login of ada, claims of ben');

select results_eq(
    $$ select notes, requested_by::text, requested_by_role, requested_by_login
       from perf.model_config_requests order by id $$,
    $$ values
        ('token of ada', 'a0000000-0000-4000-8000-000000000000',
            'authenticated'::name, 'perf_test_authenticator'::name),
        ('service key', null, 'service_role', 'perf_test_authenticator'),
        ('service key that names ben', null, 'service_role', 'perf_test_authenticator'),
        ('login of ada', null, 'perf_test_ada', 'perf_test_ada'),
        ('login of ada, claims of ben', null, 'perf_test_ada', 'perf_test_ada') $$,
    'a request names a person only where a token did'
);

set local session authorization perf_test_authenticator;
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(pg_temp.is_requester('token of ada'), true, 'the same token is the same person');
select is(pg_temp.is_requester('service key'), false, 'a person is not the service key');
select is(pg_temp.is_requester('login of ada'), false, 'nor another login');

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    pg_temp.is_requester('token of ada'), false, 'another token is another person, by one login'
);

set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select is(
    pg_temp.is_requester('token of ada'), true, 'the service key could be who asked with a token'
);
select is(pg_temp.is_requester('service key'), true, 'or with the service key');
select is(pg_temp.is_requester('login of ada'), false, 'but not by another login');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    pg_temp.is_requester('token of ada'), true, 'the service key names nobody, whatever it claims'
);

set local session authorization perf_test_ben;
set local request.jwt.claims = '';
select is(pg_temp.is_requester('login of ada'), false, 'another login is another person');

set local session authorization perf_test_ada;
select is(pg_temp.is_requester('login of ada'), true, 'the same login is the same person');
set local role perf_admin;
select is(pg_temp.is_requester('login of ada'), true, 'also by another role');
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(pg_temp.is_requester('login of ada'), true, 'and with claims that it made up');
select is(
    pg_temp.is_requester('login of ada, claims of ben'), true, 'which do not count when asking'
);

select * from finish();
rollback;
