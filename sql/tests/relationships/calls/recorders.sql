begin;
select plan(2);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
insert into perf.recorders (user_id) values ('c0000000-0000-4000-8000-000000000000');
insert into perf.recorders (login) values ('service_role');

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select results_eq(
    $$ select x.login, e.username
       from perf.recorders as x
       left join lateral perf.profiles(x) as e on true
       order by x.id $$,
    $$ values (null, 'cleo'), ('service_role', null) $$,
    'a recorder with a profile is a person'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select is_empty(
    $$ select e.* from perf.recorders as x cross join lateral perf.profiles(x) as e $$,
    'a recorder reads none'
);

select * from finish();
rollback;
