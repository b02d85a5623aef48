begin;
select plan(7);

select lives_ok(
    $$ select perf_internal.check_compared_ids('worker_ids', '{1,2}') $$, 'two ids can be compared'
);
select lives_ok(
    $$ select perf_internal.check_compared_ids('worker_ids', array(select generate_series(1, 100))) $$,
    'and so can a hundred'
);
select throws_ok(
    format('select perf_internal.check_compared_ids(''worker_ids'', %s)', v.ids),
    '22023',
    'worker_ids must hold 2 to 100 ids, each once, got ' || v.shown,
    'refuses ' || v.ids
)
from (
    values
        ('null', 'null'),
        ('''{}''', '"{}"'),
        ('''{1,null,null}''', '"{1,NULL,NULL}"'),
        ('''{{1,2},{3,4}}''', '"{{1,2},{3,4}}"'),
        ('''[0:1]={1,2}''', '"[0:1]={1,2}"')
) as v (ids, shown);

select * from finish();
rollback;
