begin;
select plan(17);

create function pg_temp.metrics(name text)
returns setof text
language sql
as $$
    select concat_ws(' | ', m.metric, m.pipeline, m.kind, m.unit, m.better, m.meaning)
    from perf.metrics as m
    where m.metric like '%light%' || name
    order by m.metric
$$;

select perf_internal.add_metric_family('calls', 'light.', 'lx', null, 'Light of a lamp.');
select perf_internal.add_metric_family('calls', 'light.sun.', 'lm', 'higher', 'Light of the sun.');

select lives_ok(
    $$ select perf_internal.add_named_metrics('calls', '{light.red,light.sun.rise,light.red}') $$,
    'adds named metrics'
);
select results_eq(
    $$ select * from pg_temp.metrics('.red') $$,
    $$ values
        ('failed_light.red | calls | failed | lx | Light of a lamp. Of failed rows only.'),
        ('light.red | calls | named | lx | Light of a lamp.'),
        ('successful_light.red | calls | difference | lx | Light of a lamp. Of successful rows only.') $$,
    'as their family says, with what failed and what succeeded'
);
select results_eq(
    $$ select * from pg_temp.metrics('.rise') $$,
    $$ values
        ('failed_light.sun.rise | calls | failed | lm | higher | Light of the sun. Of failed rows only.'),
        ('light.sun.rise | calls | named | lm | higher | Light of the sun.'),
        ('successful_light.sun.rise | calls | difference | lm | higher | Light of the sun. '
            'Of successful rows only.') $$,
    'the one with the longest prefix'
);

update perf.metrics as m set unit = 'lumen' where m.metric = 'light.red';
select perf_internal.add_named_metrics('calls', '{light.blue,light.red}');
select is(
    (select m.unit from perf.metrics as m where m.metric = 'light.red'),
    'lumen',
    'what exists stays as it is'
);
select is(
    (select count(*) from pg_temp.metrics('.blue')), 3::bigint, 'beside what is added'
);
select lives_ok(
    $$ select perf_internal.add_named_metrics('calls', '{}') $$, 'of no names it does nothing'
);
select lives_ok(
    $$ select perf_internal.add_named_metrics('calls', null) $$, 'also where there are none'
);

select throws_ok(
    $$ select perf_internal.add_named_metrics('calls', '{light.green,dark.red}') $$,
    '22023',
    'names must begin with a prefix of perf_internal.metric_families, got "dark.red"',
    'refuses a name of no family'
);
select throws_ok(
    $$ select perf_internal.add_named_metrics('jobs', '{light.green}') $$,
    '22023',
    'names must begin with a prefix of perf_internal.metric_families, got "light.green"',
    'or of a family of another pipeline'
);
select throws_ok(
    $$ select perf_internal.add_named_metrics('calls', array[null]) $$,
    '22023',
    'names must begin with a prefix of perf_internal.metric_families, got null',
    'or none'
);
select perf_internal.add_metric_family('calls', 'failed_', 'lx', null, 'Light that failed.');
select throws_ok(
    $$ select perf_internal.add_named_metrics('calls', '{failed_light}') $$,
    '22023',
    null,
    'or that of what failed'
);
select perf_internal.add_metric('calls', 'light.white', '1', 'lx', null, 'Light.');
select throws_ok(
    $$ select perf_internal.add_named_metrics('calls', '{light.white}') $$,
    '23505',
    'there is another metric "light.white"',
    'refuses the name of a measured metric'
);
select perf_internal.add_metric_family('jobs', 'light.', 'lx', null, 'Light of a lamp.');
select throws_ok(
    $$ select perf_internal.add_named_metrics('jobs', '{light.red}') $$,
    '23505',
    'there is another metric "light.red"',
    'and that of a metric of another pipeline'
);

select perf_internal.add_named_metrics(
    'calls',
    (
        select array_agg('light.' || n)
        from generate_series(
            1,
            1000 - (
                select count(*)
                from perf.metrics as m
                where m.pipeline = 'calls'
                    and m.kind = 'named'
            )
        ) as n
    )
);
select throws_ok(
    $$ select perf_internal.add_named_metrics('calls', '{light.1,light.last}') $$,
    'PT409',
    'a pipeline has at most 1000 named metrics, calls has 1000 and 1 would be new, '
        'such as "light.last"',
    'a pipeline has at most 1000 of them'
);
select lives_ok(
    $$ select perf_internal.add_named_metrics('calls', '{light.1,light.red}') $$,
    'those that exist may come again'
);
select perf.forget_metric('light.red');
select lives_ok(
    $$ select perf_internal.add_named_metrics('calls', '{light.last}') $$,
    'one that is forgotten makes room for another'
);

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.add_named_metrics('calls', '{light.red}') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
