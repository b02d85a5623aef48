begin;
select plan(16);

create function pg_temp.get_roles_of(claims text)
returns perf.app_role[]
language plpgsql
as $$
begin
    perform set_config('request.jwt.claims', get_roles_of.claims, true);
    return perf_internal.get_token_roles();
end
$$;

select is(
    pg_temp.get_roles_of('{"sub": "x", "app_metadata": {"perf_role": "admin"}}'),
    '{}',
    'a claim that no admin named gives nothing'
);

select perf.set_role_claim('app_metadata.perf_role');

select is(pg_temp.get_roles_of(c.claims), c.roles::perf.app_role[], c.claims || ' gives ' || c.roles)
from (
    values
        ('{"sub": "x", "app_metadata": {"perf_role": "analyst"}}', '{analyst}'),
        ('{"sub": "x", "app_metadata": {"perf_role": ["recorder", "admin"]}}', '{admin,recorder}'),
        ('{"sub": "x", "app_metadata": {"perf_role": ["king", 5, null, "analyst"]}}', '{analyst}'),
        ('{"sub": "x", "app_metadata": {"perf_role": "Admin"}}', '{}'),
        ('{"sub": "x", "app_metadata": {"perf_role": {"admin": true}}}', '{}'),
        ('{"sub": "x", "app_metadata": {"perf_role": [["admin"]]}}', '{}'),
        ('{"sub": "x", "app_metadata": {"perf_role": null}}', '{}'),
        ('{"sub": "x", "app_metadata": null}', '{}'),
        ('{"sub": "x", "app_metadata": "perf_role"}', '{}'),
        ('{"sub": "x", "perf_role": "admin"}', '{}'),
        ('{"sub": "x", "app_metadata.perf_role": "admin"}', '{}'),
        ('{"app_metadata": {"perf_role": "admin"}}', '{}'),
        ('{"sub": 5, "app_metadata": {"perf_role": "admin"}}', '{}'),
        ('no JSON', '{}')
) as c (claims, roles);

set local role authenticated;
select throws_ok(
    'select perf_internal.get_token_roles()', '42501', null, 'only functions of ours ask'
);

select * from finish();
rollback;
