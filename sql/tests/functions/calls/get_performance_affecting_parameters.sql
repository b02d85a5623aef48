begin;
select plan(11);

select is(
    perf.get_performance_affecting_parameters(
        '{"thinking_mode": "deep", "use_websearch": true, "streaming": false,
          "max_tokens": 100, "temperature": 0.5, "seed": 7, "user": "ada"}'
    ),
    '{"thinking_mode": "deep", "use_websearch": true, "streaming": false,
      "max_tokens": 100, "temperature": 0.5}'::jsonb,
    'keeps the five that affect performance'
);

select is(
    perf.get_performance_affecting_parameters('{"temperature": 1.0}')::text,
    '{"temperature": 1}',
    '1.0 is 1'
);

select is(
    perf.get_performance_affecting_parameters('{"temperature": 0.70}')::text,
    '{"temperature": 0.7}',
    'a number loses trailing zeros behind the point'
);

select is(
    perf.get_performance_affecting_parameters('{"max_tokens": 1e2}')::text,
    '{"max_tokens": 100}',
    '1e2 is 100'
);

select is(
    perf.get_performance_affecting_parameters('{"temperature": "1.0"}')::text,
    '{"temperature": "1.0"}',
    'a string stays as it is'
);

select is(
    perf.get_performance_affecting_parameters('{"temperature": null}')::text,
    '{"temperature": null}',
    'a value of null is a value'
);

select is(
    perf.get_performance_affecting_parameters('{"seed": 7, "Temperature": 1}'),
    '{}'::jsonb,
    'other keys leave nothing'
);

select is(
    perf.get_performance_affecting_parameters('{}'), '{}'::jsonb, 'no parameters leave none'
);

select is(perf.get_performance_affecting_parameters(null), null, 'null is null');

select throws_ok(
    $$ select perf.get_performance_affecting_parameters('[1]') $$,
    '22023',
    'parameters must be a JSON object, got "[1]"',
    'refuses an array'
);
select throws_ok(
    $$ select perf.get_performance_affecting_parameters('"x"') $$,
    '22023',
    E'parameters must be a JSON object, got "x"',
    'refuses a text'
);

select * from finish();
rollback;
