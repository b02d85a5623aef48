begin;
select plan(7);

select perf_internal.raise_alert(
    'model_drift', 'warning', 'sdxl', m.id, 'It drifts.', as_of => '2020-01-06 10:00+00'
)
from (values (null::uuid), ('e0000000-0000-4000-8000-000000000000')) as m (id);

select ok(
    not perf_internal.clear_alert('training_failed', 'sdxl', null), 'nothing of that type is open'
);
select ok(not perf_internal.clear_alert('model_drift', 'wan', null), 'nor of that model type');
select ok(
    perf_internal.clear_alert(
        'model_drift', 'sdxl', null, 'No drift any more.', '2020-01-06 11:00+00'
    ),
    'resolves the alert of a model type on no machine'
);
select results_eq(
    $$ select a.machine_id, a.is_resolved, a.resolved_timestamp, a.resolved_by, a.resolution_note
       from perf.model_alerts as a
       order by a.machine_id nulls first $$,
    $$ values
        (null::uuid, true, '2020-01-06 11:00+00'::timestamptz, null::text, 'No drift any more.'),
        ('e0000000-0000-4000-8000-000000000000', false, null, null, null) $$,
    'and no other'
);
select ok(not perf_internal.clear_alert('model_drift', 'sdxl', null), 'a second call does nothing');
select ok(
    perf_internal.clear_alert(
        'model_drift', 'sdxl', 'e0000000-0000-4000-8000-000000000000', as_of => '2020-01-06 09:00+00'
    ),
    'resolves that of a machine'
);
select is(
    (select max(a.resolved_timestamp) from perf.model_alerts as a where a.machine_id is not null),
    '2020-01-06 10:00+00',
    'not before it began'
);

select * from finish();
rollback;
