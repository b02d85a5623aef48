begin;
select plan(5);

select set_eq(
    $$ select r.rolname::text
       from pg_roles as r
       where r.rolname = any('{anon,authenticated,service_role,perf_admin,perf_analyst,perf_recorder}')
           and has_schema_privilege(r.oid, 'perf', 'usage') $$,
    array['anon', 'authenticated', 'perf_admin', 'perf_analyst', 'perf_recorder', 'service_role'],
    'every API role may name what is in perf'
);

select ok(
    not has_schema_privilege('anon', 'perf_internal', 'usage'),
    'anon may name nothing of perf_internal'
);

select is_empty(
    $$ select r.* from perf_internal.get_rights() as r
       where r.object_type = 'schema' and r.privilege <> 'usage' $$,
    'nobody may make objects in our schemas'
);

select is_empty(
    $$ select r.* from perf_internal.get_rights() as r
       where r.object_type = 'schema' and r.grantee = 'public' $$,
    'public may name nothing'
);

set local role authenticated;
select lives_ok('select auth.uid()', 'a signed-in caller may ask who it is');

select * from finish();
rollback;
