begin;
select plan(9);

create function pg_temp.measure(metrics jsonb)
returns text
language sql
as $$
    select string_agg(m.name || ' ' || m.value, ', ' order by m.name collate "C")
    from unnest(perf_internal.get_evaluation_measures(measure.metrics)) as m
$$;

select is(
    pg_temp.measure('{"auc": 0.75, "log_loss": 0.25, "lift": -2, "bias": 0}'),
    'evaluation.auc 0.75, evaluation.bias 0, evaluation.lift -2, evaluation.log_loss 0.25',
    'gives every metric of an evaluation under its name; zeros and negative ones count'
);
select is(
    perf_internal.get_evaluation_measures(null),
    '{}'::perf_internal.measure[],
    'of nothing there is nothing'
);
select is(pg_temp.measure('{}'), null, 'nor of what is empty');
select is(pg_temp.measure('[{"auc": 1}]'), null, 'nor of an array');
select is(
    pg_temp.measure('{"a": "1", "b": null, "c": true, "d": [1], "e": {"f": 1}, "g": 1}'),
    'evaluation.g 1',
    'skips what is not a number'
);
select is(
    pg_temp.measure(
        '{"a": 1000000000000000, "b": 1000000000000001, "c": 1e400, "d": -1000000000000000}'
    ),
    'evaluation.a 1e+15, evaluation.d -1e+15',
    'a number from -1e15 to 1e15 counts'
);
select is(
    pg_temp.measure('{"a": 1e-100, "b": 9e-101, "c": 1e-400, "d": -9e-101}'),
    'evaluation.a 1e-100',
    'so does one from 1e-100, whose square a double precision can hold'
);
select is(
    pg_temp.measure(
        jsonb_build_object(
            '', 1, ' ', 1, ' a', 1, 'a ', 1, E'a\n', 1, 'a b', 1, repeat('x', 100), 1,
            repeat('y', 101), 1
        )
    ),
    format('evaluation.a b 1, evaluation.%s 1', repeat('x', 100)),
    'skips names that are blank, too long, or have control characters or spaces around them'
);

set local role anon;
select throws_ok(
    'select perf_internal.get_evaluation_measures(null)', '42501', null, 'anon may not call it'
);

select * from finish();
rollback;
