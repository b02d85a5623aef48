begin;
select plan(15);

-- Severity, model type, labels.
create function pg_temp.open_alert(severity text, labels jsonb, model_type text default null)
returns bigint
language sql as $$
    select perf_internal.raise_alert(
        'threshold', severity, model_type, null, 'It is slow.', labels => labels,
        as_of => '2020-01-06 10:00+00'
    );
$$;
create function pg_temp.silence(matcher jsonb, starts_at text, ends_at text) returns bigint
language sql as $$
    select perf_internal.create_alert_silence(
        matcher, ends_at::timestamptz, 'We know.', starts_at::timestamptz, '2020-01-06 00:00+00'
    );
$$;
create temporary table ids as
select
    pg_temp.open_alert('warning', '{"metric": "ms", "model": "a", "threshold_id": 1}') as warning,
    pg_temp.open_alert('warning', '{"metric": "ms", "model": "b", "threshold_id": 1}') as other;
grant select on ids to public;

select is_empty(
    $$ select * from perf_internal.get_alert_mutes('2020-01-06 12:00+00') $$, 'nothing is muted'
);

create temporary table silences as
select pg_temp.silence('{"model": "a"}', '2020-01-06 12:00+00', '2020-01-06 13:00+00') as id;

select results_eq(
    $$ select m.* from perf_internal.get_alert_mutes('2020-01-06 12:00+00') as m $$,
    $$ select i.warning, s.id, '2020-01-06 13:00+00'::timestamptz, null::bigint
       from ids as i, silences as s $$,
    'a silence mutes what it matches'
);
select is_empty(
    format($$ select * from perf_internal.get_alert_mutes(%L) $$, t), 'and not at ' || t
)
from unnest(array['2020-01-06 11:59:59.999999+00', '2020-01-06 13:00+00']) as t;

insert into silences
select pg_temp.silence('{"alert_type": "threshold"}', '2020-01-06 12:30+00', '2020-01-06 14:00+00');

select results_eq(
    $$ select m.alert_id, m.silenced_until
       from perf_internal.get_alert_mutes('2020-01-06 12:30+00') as m
       order by 1 $$,
    $$ select a.id, '2020-01-06 14:00+00'::timestamptz from perf.model_alerts as a order by 1 $$,
    'of two silences that which lasts longer counts'
);

delete from perf.alert_silences;
create temporary table criticals as
select pg_temp.open_alert(
    'critical', '{"metric": "ms", "model": "a", "objective": "fast", "statistic": "p95"}'
) as id;

select results_eq(
    $$ select m.* from perf_internal.get_alert_mutes('2020-01-06 12:00+00') as m $$,
    $$ select i.warning, null::bigint, null::timestamptz, c.id from ids as i, criticals as c $$,
    'a critical alert of the same series inhibits a warning, and no other'
);

select pg_temp.silence('{"model": "a"}', '2020-01-06 12:00+00', '2020-01-06 13:00+00');

select results_eq(
    $$ select m.alert_id, m.inhibited_by
       from perf_internal.get_alert_mutes('2020-01-06 12:00+00') as m
       where m.silence_id is not null
       order by 1 $$,
    $$ select i.warning, c.id from ids as i, criticals as c
       union all
       select c.id, null from criticals as c $$,
    'a silence beside that mutes both'
);
select perf_internal.end_alert_silence(s.id, '2020-01-06 12:10+00') from perf.alert_silences as s;
select is(
    (select count(*) from perf_internal.get_alert_mutes('2020-01-06 12:10+00')),
    1::bigint,
    'once it is ended it mutes nothing'
);

select perf_internal.resolve_alert(c.id, as_of => '2020-01-06 12:20+00') from criticals as c;

select is_empty(
    $$ select * from perf_internal.get_alert_mutes('2020-01-06 12:20+00') $$,
    'when the critical alert is over the warning is heard'
);

select pg_temp.open_alert('critical', '{"metric": "ms", "model": "a"}', 'sdxl');
select is_empty(
    $$ select * from perf_internal.get_alert_mutes('2020-01-06 12:20+00') $$,
    'one of another model type inhibits nothing'
);
select pg_temp.open_alert('critical', '{"metric": "ms", "model": "a", "tool": "chat"}');
select is_empty(
    $$ select * from perf_internal.get_alert_mutes('2020-01-06 12:20+00') $$,
    'nor one with a label more'
);
select perf_internal.raise_alert(t, s, 'wan', null, 'It is not of a metric.')
from (values ('model_drift', 'warning'), ('config_guard', 'critical')) as a (t, s);
select is_empty(
    $$ select * from perf_internal.get_alert_mutes('2020-01-06 12:20+00') $$,
    'nor one without a metric'
);
select pg_temp.open_alert('critical', '{"metric": "ms", "model": "a", "threshold_id": "ä"}');
select is(
    (select count(*) from perf_internal.get_alert_mutes('2020-01-06 12:20+00')),
    1::bigint,
    'of whichever threshold'
);

set local role perf_analyst;
select is(
    (select count(*) from perf_internal.get_alert_mutes('2020-01-06 12:20+00')),
    1::bigint,
    'functions of an analyst call it'
);
set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.get_alert_mutes()', '42501', null, 'a recorder may not'
);

select * from finish();
rollback;
