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

with recursive large (doublings, numbers) as (
    select 0, '[1e131071]'::jsonb
    union all
    select l.doublings + 1, l.numbers || l.numbers from large as l where l.doublings < 14
)
select matches(
    (select perf_internal.quote_json(l.numbers) from large as l where l.doublings = 14),
    '^an array of [0-9]+ kB$',
    'a large array is not made a text, which would be longer than PostgreSQL can hold'
);

select * from finish();
rollback;
