begin;
select plan(14);

set local datestyle = 'ISO';

set local timezone = 'UTC';

-- A good outcome with some parts replaced.
create function pg_temp.problem(
    outcomes jsonb,
    unit_key text default 'u1',
    outcome_id text default null,
    observed_at timestamptz default '2020-01-06 10:00+00'
)
returns text
language sql
as $$
    select perf_internal.get_outcome_problem(
        row(null, unit_key, outcomes, outcome_id, observed_at, null)::perf_internal.ab_outcome
    )
$$;

select is(
    pg_temp.problem('{"x": true, "y": -1e15, "z": 1e-100, "n": null, "o": 0}'),
    null,
    'numbers of any sign, 0, true, false and null are good'
);
select is(
    pg_temp.problem('{"x": 1, "y": 1.1e15}'),
    'the outcome "y" must be true, false, null, 0, or a number between 1e-100 and 1e15 of any sign, got "1100000000000000"',
    'a number above 1e15 is not'
);
select is(
    pg_temp.problem('{"y": [1]}'),
    'the outcome "y" must be true, false, null, 0, or a number between 1e-100 and 1e15 of any sign, got "[1]"',
    'nor an array'
);
select matches(
    pg_temp.problem('{"y": 1e-101}'),
    '^the outcome "y" must be ',
    'nor a number below 1e-100 that is not 0'
);
select is(
    pg_temp.problem('{}'),
    'outcomes must be a JSON object such as {"success": true}, got "{}"',
    'there is at least one'
);
select is(
    pg_temp.problem('[1]'),
    'outcomes must be a JSON object such as {"success": true}, got "[1]"',
    'an array is no object'
);
select is(
    pg_temp.problem(null),
    'outcomes must be a JSON object such as {"success": true}, got null',
    'nor is null'
);
select matches(
    pg_temp.problem(jsonb_build_object(repeat('x', 70000), 1)),
    '^outcomes must be at most 64 KB, got ',
    'it is not large'
);
select is(
    pg_temp.problem('{"x": 1}', unit_key => null),
    'unit_key must have 1 to 200 characters, got null',
    'the unit is given'
);
select is(
    pg_temp.problem('{"x": 1}', outcome_id => ' c'),
    'outcome_id must have no spaces around it, got " c"',
    'an id has no spaces around it'
);
select is(
    pg_temp.problem('{"x": 1}', observed_at => '1969-12-31 23:59:59+00'),
    'observed_at must be between 1970 and tomorrow, got 1969-12-31 23:59:59+00',
    'it is since 1970'
);
select is(
    pg_temp.problem('{"x": 1}', observed_at => null),
    'observed_at must be between 1970 and tomorrow, got null',
    'and has a time'
);
select is(
    pg_temp.problem('{"x": 1}', observed_at => 'infinity'),
    'observed_at must be between 1970 and tomorrow, got infinity',
    'which is not infinite'
);
select is(
    pg_temp.problem('{"x": 1}', observed_at => now() + interval '1 day'),
    null,
    'it may be a day from now'
);

select * from finish();
rollback;
