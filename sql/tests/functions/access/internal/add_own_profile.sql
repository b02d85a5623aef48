begin;
select plan(6);

select perf.set_role_claim('roles');
create function pg_temp.add() returns bigint language plpgsql security definer as $$
begin
    perform perf_internal.add_own_profile();
    return (select count(*) from perf.profiles);
end
$$;
grant execute on function pg_temp.add to public;

select is(pg_temp.add(), 0::bigint, 'a login gets no profile');

set local role authenticated;
set local request.jwt.claims = '{"sub": "auth0|1"}';
select is(pg_temp.add(), 0::bigint, 'nor does a token that gives no role');

set local request.jwt.claims = '{"sub": "auth0|1", "roles": ["admin"]}';
select is(pg_temp.add(), 1::bigint, 'a token that gives a role does');
select is(pg_temp.add(), 1::bigint, 'once');
select is(
    (select p.username from perf.profiles as p where p.id = perf.get_subject_id('auth0|1')),
    'auth0|1',
    'the name is the sub'
);

reset role;
update perf.profiles set username = 'auth0|2';
set local role authenticated;
set local request.jwt.claims = '{"sub": "auth0|2", "roles": "analyst"}';
select pg_temp.add();
select is(
    (select p.username from perf.profiles as p where p.id = perf.get_subject_id('auth0|2')),
    perf.get_subject_id('auth0|2')::text,
    'or the id, where somebody else has that name'
);

select * from finish();
rollback;
