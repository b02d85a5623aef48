begin;
select plan(13);

select perf.register_model('x/m', model_type => 'sdxl');
select perf.save_model_config('sdxl', 'n', jsonb_build_object('n', n))
from generate_series(1, 3) as n;
create function pg_temp.activate(version integer, worse_than jsonb default null) returns void
language sql as $$
    select perf.activate_model_config(
        perf.find_model_config('sdxl@' || version),
        guard => case
            when worse_than is not null then jsonb_build_object(
                'metric', 'error_rate', 'worse_than', worse_than, 'within', '1 hour', 'min_calls', 4
            )
        end
    );
$$;
create function pg_temp.record(failed integer, minute integer) returns void
language sql as $$
    select perf.record_call(
        'x/m', 'chat', 100, n > failed, call_timestamp => now() + minute * interval '1 minute'
    )
    from generate_series(1, 5) as n;
$$;

select pg_temp.activate(1);
select pg_temp.activate(2, '0.25');
select perf.check_config_guards(now() + interval '2 minutes');

select is_empty('select * from perf.model_alerts', 'a guard that holds on is no alert');

select pg_temp.record(2, 1);
select perf.check_config_guards(now() + interval '2 minutes');

select results_eq(
    $$ select a.alert_type, a.severity, a.model_type, a.machine_id, a.labels, a.alert_message,
           a.auto_action_taken, a.is_resolved
       from perf.model_alerts as a $$,
    $$ values (
        'config_guard', 'critical', 'sdxl', null::uuid, '{}'::jsonb,
        'The configuration of sdxl was rolled back from version 2 to version 1: error_rate was 0.4000 over 5 calls, limit 0.2500.',
        'rollback', false
    ) $$,
    'a guard that breaks is an alert, which says what was done'
);
select is(
    a.alert_details,
    jsonb_build_object(
        'metric', 'error_rate',
        'value', 0.4,
        'limit', 0.25,
        'guard', b.guard,
        'broken_activation_id', b.id,
        'broken_config_id', b.config_id,
        'broken_version', 2,
        'activation_id', g.id,
        'restored_config_id', g.config_id,
        'restored_version', 1
    ),
    'and what was measured'
)
from perf.model_alerts as a
join perf.model_config_activations as b on b.guard_status = 'broken'
join perf.model_config_activations as g on g.kind = 'guard';
select is(
    (select a.alert_timestamp from perf.model_alerts as a),
    (select g.active_from from perf.model_config_activations as g where g.kind = 'guard'),
    'it opens with the rollback'
);

select pg_temp.activate(3);

select is(
    (select a.is_resolved from perf.model_alerts as a), false, 'an activation without a guard proves nothing'
);

select pg_temp.activate(2, '0.5');
select perf.check_config_guards(now() + interval '2 minutes');
select pg_temp.activate(1);

select is(
    (select a.is_resolved from perf.model_alerts as a), false, 'nor one that was superseded'
);

select pg_temp.activate(2, '0.1');
select pg_temp.record(5, 1);
select perf.check_config_guards(now() + interval '2 minutes');

select results_eq(
    $$ select a.is_resolved, a.resolution_note, a.repeat_count
       from perf.model_alerts as a
       order by a.id $$,
    $$ select true, format('The guard of activation %s broke, too.', max(c.id)), 0::bigint
       from perf.model_config_activations as c
       where c.guard_status = 'broken'
       union all
       select false, null, 0::bigint $$,
    'a second rollback is another alert'
);

select pg_temp.activate(3, '0.9');
select perf.save_model_config('wan', 'n', '{"n": 1}', activate => true);
select perf.save_model_config('wan', 'n', '{"n": 2}');
select perf.activate_model_config(
    perf.find_model_config('wan@2'),
    guard => '{"metric": "error_rate", "worse_than": 0.1, "within": "1 minute"}'
);
select perf.check_config_guards(now() + interval '10 minutes');

select is(
    (select count(*) from perf.v_unresolved_model_alerts),
    1::bigint,
    'a guard of another model type that held says nothing'
);

select perf.check_config_guards(now() + interval '2 hours');

select results_eq(
    $$ select a.is_resolved, a.resolved_by, a.resolution_note
       from perf.model_alerts as a
       order by a.id desc
       limit 1 $$,
    $$ select true, null::text, format('The guard of activation %s held.', max(c.id))
       from perf.model_config_activations as c
       where c.guard_status = 'held' and c.model_type = 'sdxl' $$,
    'a later guard that held clears it'
);
select results_eq(
    $$ select e.event from perf.alert_events as e order by e.id $$,
    array['opened', 'resolved', 'opened', 'resolved'],
    'each change is an event'
);

-- By a hand that has the right, with words of its own.
select pg_temp.activate(2, '0.1');
insert into perf.model_config_activations (model_type, kind, notes, restores_id)
select 'sdxl', 'guard', 'x was 5 over there', c.previous_id
from perf.model_config_activations as c
where c.model_type = 'sdxl'
    and c.active_until is null;

select results_eq(
    $$ select a.alert_message, a.alert_details -> 'value' from perf.v_unresolved_model_alerts as v
       join perf.model_alerts as a on a.id = v.id $$,
    $$ values (
        'The configuration of sdxl was rolled back from version 2 to version 3: x was 5 over there.',
        'null'::jsonb
    ) $$,
    'other notes are shown as they are'
);
select pg_temp.activate(1, '0.1');
insert into perf.model_config_activations (model_type, kind, restores_id)
select 'sdxl', 'guard', c.previous_id
from perf.model_config_activations as c
where c.model_type = 'sdxl'
    and c.active_until is null;
select is(
    (select v.alert_message from perf.v_unresolved_model_alerts as v),
    'The configuration of sdxl was rolled back from version 1 to version 3: its guard broke.',
    'or none'
);
select perf_internal.resolve_alert(v.id) from perf.v_unresolved_model_alerts as v;
select is(
    (select count(*) from perf.v_unresolved_model_alerts), 0::bigint, 'a person can resolve it'
);

select * from finish();
rollback;
