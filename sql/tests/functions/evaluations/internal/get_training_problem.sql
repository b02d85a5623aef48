begin;
select plan(12);

set local datestyle = 'ISO';
set local timezone = 'UTC';

create function pg_temp.problem(
    metrics jsonb default null,
    hyperparameters jsonb default null,
    sample_count bigint default null,
    training_data_start timestamptz default null,
    training_data_end timestamptz default null
)
returns text
language sql as 'select perf_internal.get_training_problem($1, $2, $3, $4, $5)';

select is(pg_temp.problem(), null, 'all is optional');
select is(
    pg_temp.problem('{"rmse": 1}', '{"depth": 3}', 0, '2020-01-06', '2020-01-06'),
    null,
    'nothing is wrong with a good training'
);
select is(
    pg_temp.problem(metrics => '[1]'), 'metrics must be a JSON object, got "[1]"', 'metrics are an object'
);
select is(
    pg_temp.problem(hyperparameters => '3'),
    'hyperparameters must be a JSON object, got "3"',
    'so are hyperparameters'
);
select is(
    pg_temp.problem(hyperparameters => jsonb_build_object('x', repeat('x', 65600))),
    'hyperparameters must be at most 64 KB, got 64 kB',
    'of a bounded size'
);
select is(
    pg_temp.problem(hyperparameters => ('{"x": [1e9999, "' || repeat('x', 300) || '"]}')::jsonb),
    'hyperparameters must hold no number of more than 400 digits',
    'and without endless numbers'
);
select is(
    pg_temp.problem(sample_count => -1), 'sample_count must not be negative, got -1', 'no negative count'
);
select is(
    pg_temp.problem(training_data_start => '-infinity'),
    'training_data_start must be a point in time, got -infinity',
    'data start at a time'
);
select is(
    pg_temp.problem(training_data_end => 'infinity'),
    'training_data_end must be a point in time, got infinity',
    'and end at one'
);
select is(
    pg_temp.problem(training_data_start => '2020-01-07', training_data_end => '2020-01-06'),
    'training_data_end must not be before training_data_start, got 2020-01-06 00:00:00+00 and 2020-01-07 00:00:00+00',
    'in this order'
);
select is(pg_temp.problem(training_data_end => '2020-01-06'), null, 'an end alone is possible');
select is(pg_temp.problem(training_data_start => '2020-01-06'), null, 'so is a start');

select * from finish();
rollback;
