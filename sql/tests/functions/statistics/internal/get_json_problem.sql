begin;
select plan(7);

select is(
    perf_internal.get_json_problem('labels', '{"model": "m", "x": [1.5, -3, null, true]}'),
    null,
    'usual values are no problem'
);

select is(
    perf_internal.get_json_problem(
        'labels', to_jsonb(array_fill('1.7976931348623157e308'::numeric, array[100]))
    ),
    null,
    'nor are many numbers as large as a double precision'
);

select is(
    perf_internal.get_json_problem('labels', to_jsonb(array_fill('1e131071'::numeric, array[3]))),
    null,
    'nor are a few long numbers'
);

select is(
    perf_internal.get_json_problem('labels', to_jsonb(array_fill(n::numeric, array[100]))),
    'labels must hold no number of more than 400 digits',
    format('many of %s are', n)
)
from unnest(array['1e131071', '-1e131071', '0e-16383']) as n;

select is(
    perf_internal.get_json_problem(
        'labels',
        jsonb_build_object('a', jsonb_build_object('b', array_fill('1e400'::numeric, array[100])))
    ),
    'labels must hold no number of more than 400 digits',
    'also deep inside'
);

select * from finish();
rollback;
