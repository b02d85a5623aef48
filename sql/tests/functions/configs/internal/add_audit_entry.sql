begin;
select plan(5);

select perf.save_model_config('sdxl', 'one', '{"n": 1}', activate => true);

select is((select count(*) from perf.audit_log), 0::bigint, 'before commit nothing is in the log');

set constraints all immediate;

select is(
    (select count(*) from perf_internal.audit_queue),
    0::bigint,
    'at commit the queue is emptied'
);

select results_eq(
    'select id, table_name from perf.audit_log order by id',
    $$ values (1::bigint, 'model_config_types'), (2, 'model_config_history'),
        (3, 'model_config_history'), (4, 'model_config_activations') $$,
    'into the log, in order and without gaps'
);

select results_eq(
    'select lead(previous_hash) over (order by id) = hash from perf.audit_log order by id',
    'values (true), (true), (true), (null)',
    'each entry carries the hash of the one before'
);

select results_eq(
    'select entries, hash from perf_internal.audit_head',
    'select id, hash from perf.audit_log where id = 4',
    'and the head that of the last'
);

select * from finish();
rollback;
