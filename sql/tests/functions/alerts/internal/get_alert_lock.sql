begin;
select plan(3);

select is(
    perf_internal.get_alert_lock('threshold', 1, '{"model": "a", "tool": "b"}'),
    perf_internal.get_alert_lock('threshold', 1, '{"tool": "b", "model": "a"}'),
    'is the same for the same series'
);
select is(
    (
        select count(distinct perf_internal.get_alert_lock(a.type, a.rule_id, a.labels))
        from (
            values
                ('threshold', 1, '{"model": "a"}'::jsonb),
                ('anomaly', 1, '{"model": "a"}'),
                ('threshold', 2, '{"model": "a"}'),
                ('threshold', 1, '{"model": "b"}')
        ) as a (type, rule_id, labels)
    ),
    4::bigint,
    'differs by type, rule and labels'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.get_alert_lock('threshold', 1, '{}') $$,
    '42501',
    null,
    'nobody but the owner calls it'
);

select * from finish();
rollback;
