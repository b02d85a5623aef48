begin;
select plan(6);

create function pg_temp.metrics(name text)
returns setof text
language sql
as $$
    select concat_ws(
        ' | ', m.metric, m.pipeline, m.kind, m.unit, m.better, m.meaning, m.base_metric,
        m.other_metric
    )
    from perf.metrics as m
    where m.metric like '%\_' || name
    order by m.metric
$$;

insert into perf.metrics (metric, pipeline, kind, unit, better, meaning)
values ('light', 'calls', 'named', 'lx', 'higher', 'Light.');

select lives_ok(
    $$ select perf_internal.add_outcome_metrics('{light,nothing}') $$, 'adds to a metric'
);
select results_eq(
    $$ select * from pg_temp.metrics('light') $$,
    $$ values
        ('failed_light | calls | failed | lx | higher | Light. Of failed rows only. | light'),
        ('successful_light | calls | difference | lx | higher | Light. Of successful rows only. | '
            'light | failed_light') $$,
    'what failed and what succeeded'
);

update perf.metrics as m
set better = null, meaning = 'Lamps.'
where m.metric = 'light';
select perf_internal.add_outcome_metrics('{light}');
select results_eq(
    $$ select * from pg_temp.metrics('light') $$,
    $$ values
        ('failed_light | calls | failed | lx | Lamps. Of failed rows only. | light'),
        ('successful_light | calls | difference | lx | Lamps. Of successful rows only. | light | '
            'failed_light') $$,
    'which become like the metric again'
);

select lives_ok(
    $$ select perf_internal.add_outcome_metrics(null) $$, 'of no metrics it does nothing'
);

update perf_internal.pipelines as p set failed_when = null where p.pipeline = 'calls';
insert into perf.metrics (metric, pipeline, kind, unit, better, meaning)
values ('sound', 'calls', 'named', 'dB', null, 'Sound.');
select perf_internal.add_outcome_metrics('{sound}');
select is_empty($$ select * from pg_temp.metrics('sound') $$, 'where nothing fails it adds none');

set local role perf_admin;
select throws_ok(
    $$ select perf_internal.add_outcome_metrics('{light}') $$,
    '42501',
    null,
    'only the owner may call it'
);

select * from finish();
rollback;
