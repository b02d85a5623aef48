begin;
select plan(10);

select perf.set_alert_receiver('ops', 'webhook', 'https://h.example', group_by => '{model}', group_wait => '1 minute');
select perf_internal.raise_alert(
    'drift', 'warning', null, null, 'm', as_of => a.at::timestamptz, labels => jsonb_build_object('model', a.model, 'n', a.n)
)
from (values ('2020-01-06 10:00+00', 'a', 1), ('2020-01-06 10:02+00', 'a', 2), ('2020-01-06 10:01+00', 'b', 3)) as a (at, model, n);
create function pg_temp.due(at timestamptz, muted integer[] default '{}', max_groups integer default 10) returns setof text
language sql as $$
    select concat_ws(' ', d.group_labels ->> 'model', a.labels ->> 'n', cardinality(d.event_ids)::text)
    from perf.alert_receivers as r
    cross join perf_internal.get_due_alerts(
        r, array(select b.id from perf.model_alerts as b where (b.labels -> 'n')::integer = any (due.muted)),
        due.max_groups, due.at
    ) as d
    left join perf.model_alerts as a on a.id = d.alert_id
    order by 1;
$$;

select is_empty($$ select pg_temp.due('2020-01-06 10:00:59+00') $$, 'nothing is due before group_wait is over');
select results_eq(
    $$ select pg_temp.due('2020-01-06 10:01+00') $$, $$ values ('a 1 1'), ('a 2 1') $$,
    'a message that is due takes all alerts of its group'
);
select is((select count(*) from pg_temp.due('2020-01-06 10:02+00')), 3::bigint, 'each group is due by itself');
select is(
    (select count(*) from pg_temp.due('2020-01-06 10:02+00', max_groups => 1)), 2::bigint, 'the first is due first'
);
select results_eq(
    $$ select pg_temp.due('2020-01-06 11:00+00', '{1,3}') $$, $$ values ('a 2 1') $$, 'muted alerts are left out'
);
select is_empty($$ select pg_temp.due('2020-01-06 11:00+00', '{1,2,3}') $$, 'also where all are');

insert into perf_internal.alert_deliveries (receiver_id, group_labels, payload, created_at, next_attempt_at)
select r.id, '{"model": "a"}', '{}', '2020-01-06 10:01+00', '2020-01-06 10:01+00' from perf.alert_receivers as r;
select results_eq(
    $$ select pg_temp.due('2020-01-06 11:00+00') $$, $$ values ('b 3 1') $$, 'a group waits for its earlier message'
);
update perf_internal.alert_deliveries set delivered_at = '2020-01-06 10:01+00', repeat_after = '2020-01-06 12:00+00';
update perf_internal.alert_outbox as o
set delivery_id = (select d.id from perf_internal.alert_deliveries as d);
select is_empty($$ select pg_temp.due('2020-01-06 11:59+00') $$, 'what was told is not due');
select results_eq(
    $$ select pg_temp.due('2020-01-06 12:00+00') $$, $$ values ('a 1'), ('a 2') $$, 'until it is to be repeated'
);
update perf.model_alerts set acknowledged_at = '2020-01-06 10:30+00';
update perf_internal.alert_outbox set delivery_id = (select d.id from perf_internal.alert_deliveries as d);
select results_eq(
    $$ select pg_temp.due('2020-01-06 12:00+00') $$, $$ values ('a') $$,
    'a group whose alerts are acknowledged has nothing to repeat'
);

select * from finish();
rollback;
