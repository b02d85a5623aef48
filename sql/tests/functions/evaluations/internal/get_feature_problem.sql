begin;
select plan(18);

set local datestyle = 'ISO';
set local timezone = 'UTC';

create function pg_temp.get_problem(
    model_type text default 'energy',
    feature text default 'load',
    given float8[] default null,
    categories jsonb default null,
    observed_at timestamptz default null,
    batch_id uuid default null
)
returns text
language sql
as $$
    select perf_internal.get_feature_problem(row(
        get_problem.model_type, null, get_problem.feature, get_problem.given,
        get_problem.categories, get_problem.observed_at, get_problem.batch_id
    ))
$$;

select is(pg_temp.get_problem(given => '{1}'), null, 'numbers are good');
select is(pg_temp.get_problem(categories => '["red"]'), null, 'categories are good');
select is(pg_temp.get_problem(given => '{}'), null, 'no numbers are good');
select is(
    pg_temp.get_problem(null, given => '{1}'),
    'model_type must have 1 to 200 characters, got null',
    'model_type must be given'
);
select is(
    pg_temp.get_problem(repeat('x', 201), given => '{1}'),
    'model_type must have 1 to 200 characters, got "' || repeat('x', 60) || '..." (201 characters)',
    'model_type must not be longer'
);
select is(
    pg_temp.get_problem(feature => ' ', given => '{1}'),
    'feature must have 1 to 200 characters, got " "',
    'feature must have a character'
);
select is(
    pg_temp.get_problem(feature => E'a\nb', given => '{1}'),
    'feature must have no control characters, got "a\nb"',
    'feature must have no line break'
);
select is(
    pg_temp.get_problem(),
    'either values or categories must be given, got neither',
    'values or categories must be given'
);
select is(
    pg_temp.get_problem(given => '{1}', categories => '[]'),
    'either values or categories must be given, got both',
    'but not both'
);
select is(
    pg_temp.get_problem(given => '{1}', observed_at => '1970-01-01 00:00+00'),
    null,
    'observed_at may be 1970'
);
select is(
    pg_temp.get_problem(given => '{1}', observed_at => '1969-12-31 23:59+00'),
    'observed_at must be between 1970 and tomorrow, got 1969-12-31 23:59:00+00',
    'but not before'
);
select alike(
    pg_temp.get_problem(given => '{1}', observed_at => now() + interval '1 day 1 second'),
    'observed_at must be between 1970 and tomorrow, got %',
    'nor after tomorrow'
);
select alike(
    pg_temp.get_problem(given => '{1}', observed_at => 'infinity'),
    'observed_at must be between 1970 and tomorrow, got infinity',
    'nor infinite'
);
select is(
    pg_temp.get_problem(given => '{1}', batch_id => 'a0000000-0000-4000-8000-000000000000'),
    'observed_at must be given with a batch_id that is not a version 7 UUID, got a0000000-0000-4000-8000-000000000000',
    'a batch_id without a time needs observed_at'
);
select is(
    pg_temp.get_problem(given => '{1}', batch_id => '017f22e2-79b0-7cc3-98c4-dc0c0c07398f'),
    null,
    'a version 7 UUID has a time'
);
select is(
    pg_temp.get_problem(given => '{1}', batch_id => 'ff7f22e2-79b0-7cc3-98c4-dc0c0c07398f'),
    'batch_id must not carry a time after tomorrow, got 10872-01-18 09:06:37.104+00',
    'which must not be after tomorrow'
);
select is(
    pg_temp.get_problem(given => '{1,NaN}'),
    'values[2] must be 0 or of a size from 1e-100 to 1e15, got NaN',
    'a bad value is named'
);
select is(
    pg_temp.get_problem(categories => '[1]'),
    'categories[0] must be a string, true, false or null, got "1": give numbers that are names as strings',
    'and so is a bad category'
);

select * from finish();
rollback;
