begin;
select plan(3);

select perf.save_model_config('sdxl', 'one', '{"a": "ä"}');
set constraints all immediate;

select is(
    (select bool_and(perf_internal.get_audit_hash(l) = l.hash) from perf.audit_log as l),
    true,
    'is the hash that the entry carries'
);

set local timezone = 'Asia/Kathmandu';
set local datestyle = 'German';
set local extra_float_digits = 0;

select is(
    (select bool_and(perf_internal.get_audit_hash(l) = l.hash) from perf.audit_log as l),
    true,
    'under any settings'
);

select is(
    (
        select count(distinct perf_internal.get_audit_hash(
            jsonb_populate_record(l, jsonb_build_object(c.key, c.value))
        ))
        from perf.audit_log as l
        cross join (
            values ('id', '9'), ('logged_at', '2020-01-06'), ('table_name', 'x'), ('row_id', 'x'),
                ('action', 'x'), ('caller', 'a0000000-0000-4000-8000-000000000000'),
                ('caller_role', 'x'), ('caller_login', 'x'), ('old_values', '1'),
                ('new_values', '1'), ('previous_hash', 'x')
        ) as c (key, value)
        where l.id = 1
    ),
    11::bigint,
    'depends on every column'
);

select * from finish();
rollback;
