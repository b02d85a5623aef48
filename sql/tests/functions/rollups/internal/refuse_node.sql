begin;
select plan(2);

select throws_ok(
    'select perf_internal.refuse_node()',
    'PT409',
    'this is a worker of a cluster, which takes no calls and answers no reports',
    'it refuses, whoever asks'
);

set local role perf_admin;
select throws_ok('select perf_internal.refuse_node()', '42501', null, 'only the owner may call it');

select * from finish();
rollback;
