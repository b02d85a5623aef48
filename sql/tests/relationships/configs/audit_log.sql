begin;
select plan(2);

insert into perf.profiles (id, username) values
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
set constraints all immediate;
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
insert into perf.profiles (id, username)
values ('d0000000-0000-4000-8000-000000000000', 'dan');
set constraints all immediate;

set local role authenticated;
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select results_eq(
    $$ select x.row_id, e.username
       from perf.audit_log as x
       left join lateral perf.profiles(x) as e on true
       where x.caller is not null $$,
    $$ values ('d0000000-0000-4000-8000-000000000000', 'cleo') $$,
    'an entry has the person whom the token named'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';

select is_empty(
    $$ select e.* from perf.audit_log as x cross join lateral perf.profiles(x) as e $$,
    'a recorder reads none'
);

select * from finish();
rollback;
