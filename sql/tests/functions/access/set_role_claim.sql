begin;
select plan(21);

select is(perf.set_role_claim('app_metadata.perf_role'), true, 'names a claim');
select is(perf.set_role_claim(' .app_metadata.perf_role '), false, 'a second time changes nothing');
select results_eq(
    'select s.role_claim, s.role_claim_path from perf.access_settings as s',
    $$ values ('app_metadata.perf_role', '{app_metadata,perf_role}'::text[]) $$,
    'a dot stands before what is nested'
);
select is(perf.set_role_claim('"https://example.com/roles"'), true, 'names may be addresses');
select is(
    (select s.role_claim_path from perf.access_settings as s),
    '{https://example.com/roles}',
    'in double quotes'
);
select is(perf.set_role_claim(null), true, 'null names none');
select is((select s.role_claim_path from perf.access_settings as s), null, 'then there is no path');
select throws_ok(
    format('select perf.set_role_claim(%L)', c),
    '22023',
    null,
    format('refuses %L', c)
)
from unnest(
    array['', '.', 'a..b', 'a.', 'a b', '"a', '"a"b', '$.a', 'a[0]', repeat('x', 201), E'"a\nb"']
) as c;
select throws_ok(
    $$ select perf.set_role_claim('user_metadata.perf_role') $$,
    '22023',
    'claim must not be in what users change themselves, got "user_metadata.perf_role"',
    'refuses what users of Supabase change themselves'
);

select throws_ok(
    format('select perf.set_role_claim(%L)', c),
    '22023',
    'claim must be none that has another meaning, got "' || c || '"',
    'refuses ' || c
)
from unnest(array['sub', 'role']) as c;

select * from finish();
rollback;
