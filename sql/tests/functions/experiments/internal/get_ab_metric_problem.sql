begin;
select plan(18);

-- A good metric with some keys replaced.
create function pg_temp.problem(replaced jsonb)
returns text
language sql
as $$
    select perf_internal.get_ab_metric_problem(
        '{"metric": "success", "role": "primary", "better": "higher", "minimum_effect": 0.01}'
            || replaced
    )
$$;

select is(pg_temp.problem('{}'), null, 'a metric has name, role, direction and effect');
select is(
    perf_internal.get_ab_metric_problem('{"metric": "cost", "better": "lower"}'),
    null,
    'without a role it is shown only, and needs no effect'
);
select is(
    pg_temp.problem('{"source_metric": "ms", "above": 2000}'),
    null,
    'a share has an outcome and a limit'
);
select is(
    perf_internal.get_ab_metric_problem('"success"'),
    E'must be an object, got "success"',
    'a text is no metric'
);
select is(
    pg_temp.problem('{"metric": 7}'),
    'metric must be a string, got "7"',
    'a number is no name'
);
select is(
    pg_temp.problem('{"metric": " "}'),
    'metric must have 1 to 100 characters, got " "',
    'nor are spaces'
);
select is(
    pg_temp.problem('{"name": "x"}'), 'has an unknown key "name"', 'an unknown key is refused'
);
select is(
    pg_temp.problem('{"role": "main"}'),
    E'role must be primary, guardrail or other, got "main"',
    'and an unknown role'
);
select is(
    pg_temp.problem('{"better": "more"}'),
    E'better must be higher or lower, got "more"',
    'and an unknown direction'
);
select is(
    perf_internal.get_ab_metric_problem('{"metric": "cost"}'),
    'better must be higher or lower, got null',
    'which is given'
);
select is(
    pg_temp.problem('{"minimum_effect": null}'),
    'minimum_effect must be given for a primary metric',
    'the primary metric needs an effect'
);
select is(
    pg_temp.problem('{"role": "guardrail", "minimum_effect": null}'),
    'minimum_effect must be given for a guardrail metric',
    'and so does a guardrail'
);
select is(
    pg_temp.problem('{"minimum_effect": 0}'),
    'minimum_effect must be a number above 0 and up to 1e15, got "0"',
    'it is above 0'
);
select is(
    pg_temp.problem('{"minimum_effect": "1"}'),
    E'minimum_effect must be a number above 0 and up to 1e15, got "1"',
    'and a number'
);
select is(
    pg_temp.problem('{"above": 1e16, "source_metric": "ms"}'),
    'above must be a number between -1e15 and 1e15, got "10000000000000000"',
    'a limit is at most 1e15'
);
select is(
    pg_temp.problem('{"above": 5}'),
    'source_metric and above must be given together',
    'a limit needs an outcome'
);
select is(
    pg_temp.problem('{"source_metric": "ms"}'),
    'source_metric and above must be given together',
    'and an outcome a limit'
);
select is(
    pg_temp.problem('{"source_metric": 5}'),
    'source_metric must be a string, got "5"',
    'whose name is a text'
);

select * from finish();
rollback;
