begin;
select plan(8);

select is(perf_internal.get_unit_key_problem('unit_key', 'user 7'), null, 'a text is good');
select is(perf_internal.get_unit_key_problem('unit_key', 'Zoë'), null, 'also of other letters');
select is(perf_internal.get_unit_key_problem('unit_key', repeat('x', 200)), null, 'up to 200');
select is(
    perf_internal.get_unit_key_problem('unit_key', repeat('x', 201)),
    'unit_key must have 1 to 200 characters, got "' || repeat('x', 60) || '..." (201 characters)',
    'not of 201 characters'
);
select is(
    perf_internal.get_unit_key_problem('outcome_id', ''),
    'outcome_id must have 1 to 200 characters, got ""',
    'nor of none'
);
select is(
    perf_internal.get_unit_key_problem('unit_key', null),
    'unit_key must have 1 to 200 characters, got null',
    'nor null'
);
select is(
    perf_internal.get_unit_key_problem('unit_key', 'u1 '),
    'unit_key must have no spaces around it, got "u1 "',
    'spaces around it would give another variant than without'
);
select is(
    perf_internal.get_unit_key_problem('unit_key', E'u\n1'),
    E'unit_key must have no control characters, got "u\\n1"',
    'control characters are refused'
);

select * from finish();
rollback;
