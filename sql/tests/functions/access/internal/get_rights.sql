begin;
select plan(8);

create temporary table rights_before as select * from perf_internal.get_rights();

create view pg_temp.new_rights as
select r.* from perf_internal.get_rights() as r
except
select b.* from rights_before as b;

select isnt_empty('select * from rights_before', 'what the files grant is there');

select is_empty(
    $$ select * from rights_before as b where b.grantee = 'public' $$,
    'public has no right'
);

grant create on schema perf to anon;
select results_eq(
    'select n.grantee, n.privilege, n.object_type, n.object_name, n.is_by_owner
    from pg_temp.new_rights as n',
    $$ values ('anon', 'create', 'schema', 'perf', true) $$,
    'a right on a schema'
);
revoke create on schema perf from anon;

grant update (name) on perf.models to public;
select results_eq(
    'select n.grantee, n.privilege, n.object_type, n.object_name from pg_temp.new_rights as n',
    $$ values ('public', 'update (name)', 'table', 'perf.models') $$,
    'a right on a column, of public'
);
revoke update on perf.models from public;

grant execute on function perf.revoke_role to perf_recorder with grant option;
select results_eq(
    'select n.grantee, n.privilege, n.object_type, n.object_name from pg_temp.new_rights as n',
    $$ values (
        'perf_recorder',
        'execute with grant option',
        'routine',
        'perf.revoke_role(uuid,perf.app_role,text)'
    ) $$,
    'a right on a function, with the option to grant it'
);

set local role perf_recorder;
grant execute on function perf.revoke_role to anon;
reset role;
select results_eq(
    $$ select n.privilege, n.grantor, n.is_by_owner
       from pg_temp.new_rights as n
       where n.grantee = 'anon' $$,
    $$ values ('execute', 'perf_recorder', false) $$,
    'a right that another role granted'
);
revoke all on function perf.revoke_role from perf_recorder cascade;

create function perf.get_nothing() returns integer language sql as 'select 1';
select results_eq(
    'select n.grantee, n.privilege, n.object_type, n.object_name from pg_temp.new_rights as n',
    $$ values ('public', 'execute', 'routine', 'perf.get_nothing()') $$,
    'what public may do with a new function by default'
);
drop function perf.get_nothing();

create role pgtap_login;
grant select on perf.models to pgtap_login;
select is_empty('select * from pg_temp.new_rights', 'rights of other roles are left out');

select * from finish();
rollback;
