begin;
select plan(17);

select is(perf_internal.get_name_problem('tool', 'chat', 4), null, 'a name is good');
select is(
    perf_internal.get_name_problem('tool', 'Ünïcode 模型, "quoted"', 200),
    null,
    'so is one of any letters and signs'
);
select is(
    perf_internal.get_name_problem('tool', repeat('é', 200), 200), null, 'of at most so many'
);
select is(
    perf_internal.get_name_problem('tool', '  chat ', 4),
    null,
    'spaces around it do not count'
);
select is(
    perf_internal.get_name_problem('error_type', '[Errno 111] Connection refused', 200),
    null,
    'a bracket at its beginning alone is no array'
);
select is(
    perf_internal.get_name_problem('tool', null, 200),
    'tool must have 1 to 200 characters, got null',
    'null is no name'
);
select is(
    perf_internal.get_name_problem('tool', '', 200),
    'tool must have 1 to 200 characters, got ""',
    'neither is nothing'
);
select is(
    perf_internal.get_name_problem('tool', '  ', 200),
    'tool must have 1 to 200 characters, got "  "',
    'nor what nobody sees'
);
select is(
    perf_internal.get_name_problem('tool', E'\t\n', 200),
    E'tool must have 1 to 200 characters, got "\\t\\n"',
    'of whatever kind'
);
select is(
    perf_internal.get_name_problem('tool', 'chats', 4),
    'tool must have 1 to 4 characters, got "chats"',
    'it must not be longer than max_length'
);
select is(
    perf_internal.get_name_problem('tool', repeat('é', 201), 200),
    'tool must have 1 to 200 characters, got "' || repeat('é', 60) || '..." (201 characters)',
    'with any letters'
);
select is(
    perf_internal.get_name_problem('tool', E'x\r\nSet-Cookie: a=b', 200),
    E'tool must have no control characters, got "x\\r\\nSet-Cookie: a=b"',
    'the end of a line is refused'
);
select is(
    perf_internal.get_name_problem('tool', E'chat\u0085', 200),
    E'tool must have no control characters, got "chat\\u0085"',
    'so is a control character beyond ASCII'
);
select is(
    perf_internal.get_name_problem('tool', E'chat\u202Etxt', 200),
    E'tool must have no control characters, got "chat\\u202etxt"',
    'and what turns the direction of writing'
);
select is(
    perf_internal.get_name_problem('tool', '{"name": "chat"}', 200),
    E'tool must be a text, not a JSON object or array, got "{\\"name\\": \\"chat\\"}"',
    'a JSON object is refused'
);
select is(
    perf_internal.get_name_problem('tool', '["chat"]', 200),
    E'tool must be a text, not a JSON object or array, got "[\\"chat\\"]"',
    'so is a JSON array'
);
select is(
    perf_internal.get_name_problem('tool', '{}', 200),
    'tool must be a text, not a JSON object or array, got "{}"',
    'also an empty one'
);

select * from finish();
rollback;
