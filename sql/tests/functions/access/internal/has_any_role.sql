begin;
select plan(22);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin');
select perf.grant_role(null, 'analyst', subject => 'auth0|1');
select perf.set_role_claim('roles');
create role has_any_role_nobody;
create role has_any_role_service in role perf_recorder;
grant has_any_role_nobody, has_any_role_service to current_user;

create function pg_temp.ask(actor text, claims text, variadic asked perf.app_role[])
returns boolean
language plpgsql
as $$
begin
    perform set_config('request.jwt.claims', ask.claims, true);
    perform set_config('role', ask.actor, true);
    return perf_internal.has_any_role(variadic ask.asked);
end
$$;
grant execute on function pg_temp.ask to public;
grant execute on function perf_internal.has_any_role to anon, has_any_role_nobody;
grant usage on schema perf_internal, perf to anon, has_any_role_nobody;

select is(perf_internal.has_any_role('recorder'), true, 'the owner has every role');
select is(pg_temp.ask(c.actor, c.claims, variadic c.asked::perf.app_role[]), c.answer, c.fact)
from (
    values
        ('service_role', '', '{admin}', true, 'the service key has every role'),
        ('perf_admin', '', '{recorder}', true, 'so has perf_admin'),
        ('perf_analyst', '', '{analyst}', true, 'perf_analyst is an analyst'),
        ('perf_analyst', '', '{recorder}', false, 'and no recorder'),
        ('perf_recorder', '', '{analyst,recorder}', true, 'one of the roles is enough'),
        ('perf_recorder', '', '{analyst}', false, 'perf_recorder is no analyst'),
        ('has_any_role_service', '', '{recorder}', true, 'a member of a group has its role'),
        ('has_any_role_nobody', '', '{recorder}', false, 'any other login has none'),
        ('has_any_role_nobody', '{"sub": "a0000000-0000-4000-8000-000000000000"}', '{admin}', false,
            'whatever claims it sets'),
        ('has_any_role_nobody', '{"roles": "admin"}', '{admin}', false, 'also those that give roles'),
        ('authenticated', '{"sub": "a0000000-0000-4000-8000-000000000000"}', '{recorder}', true,
            'an admin by token has every role'),
        ('authenticated', '{"sub": "auth0|1"}', '{analyst}', true, 'a user may have any text as sub'),
        ('authenticated', '{"sub": "auth0|1"}', '{admin}', false, 'and has only the roles given'),
        ('authenticated', '{"sub": "auth0|2"}', '{analyst}', false, 'another has none'),
        ('authenticated', '{"sub": "auth0|2", "roles": ["recorder"]}', '{recorder}', true,
            'unless the token gives it'),
        ('authenticated', '{"roles": "admin"}', '{analyst}', false, 'a token without a sub gives none'),
        ('authenticated', '{"sub": "auth0|2", "roles": ["recorder"]}', '{analyst}', false,
            'and no other'),
        ('authenticated', 'no JSON', '{analyst}', false, 'claims that are no JSON give none'),
        ('authenticated', '', '{analyst}', false, 'without a token there is none'),
        ('anon', '{"sub": "a0000000-0000-4000-8000-000000000000"}', '{recorder}', false,
            'anon has none, whatever the claims'),
        ('anon', '{"roles": "admin"}', '{recorder}', false, 'and whatever they give')
) as c (actor, claims, asked, answer, fact);
reset role;

select * from finish();
rollback;
