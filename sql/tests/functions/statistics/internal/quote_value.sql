begin;
select plan(9);

select is(perf_internal.quote_value('chat'), '"chat"', 'a value is quoted');
select is(perf_internal.quote_value(''), '""', 'an empty value is seen');
select is(perf_internal.quote_value(null), 'null', 'null is not quoted');

select is(
    perf_internal.quote_value(repeat('a', 60)),
    '"' || repeat('a', 60) || '"',
    '60 characters are shown'
);

select is(
    perf_internal.quote_value(repeat('a', 60) || 'b'),
    '"' || repeat('a', 60) || '..." (61 characters)',
    '61 characters are cut and counted'
);

select is(
    perf_internal.quote_value(E'a\r\nSet-Cookie: b\t\x01\x7f\u0085\u2028\u202e\u2066'),
    E'"a\\r\\nSet-Cookie: b\\t\\u0001\\u007f\\u0085\\u2028\\u202e\\u2066"',
    'control characters are shown as escapes'
);

select is(
    perf_internal.quote_value(E'say "\\n"'),
    E'"say \\"\\\\n\\""',
    'a quote or a backslash inside is told from one of ours'
);

select is(perf_internal.quote_value('模型 é'), '"模型 é"', 'other letters are shown as they are');

select is(
    perf_internal.quote_value(repeat(E'\n', 61)),
    '"' || repeat(E'\\n', 60) || '..." (61 characters)',
    'characters of the value are counted, not of its escapes'
);

select * from finish();
rollback;
