begin;
select plan(6);

select is(perf_internal.quote_json('{"a": 1.50}'), E'"{\\"a\\": 1.50}"', 'a small object is shown');
select is(perf_internal.quote_json('5'), '"5"', 'a number is shown');
select is(perf_internal.quote_json('"up"'), '"up"', 'a string is quoted once');
select is(perf_internal.quote_json(null), 'null', 'null is not quoted');

select is(
    perf_internal.quote_json(to_jsonb(repeat('a', 400))),
    '"' || repeat('a', 60) || '..." (400 characters)',
    'a long text is cut'
);

select matches(
    perf_internal.quote_json(to_jsonb(array_fill('1e131071'::numeric, array[9000]))),
    '^an array of [0-9]+ kB$',
    'a large array is not made a text, which would be longer than PostgreSQL can hold'
);

select * from finish();
rollback;
