begin;
select plan(6);

insert into perf.model_training_history (id, model_type, trigger_type) values
    ('10000000-0000-4000-8000-000000000000', 'sdxl', 'manual'),
    ('20000000-0000-4000-8000-000000000000', 'wan', 'manual');

update perf.model_training_history as h
set lease_id = 'f0000000-0000-4000-8000-000000000000',
    claimed_by = 't-1'
where h.model_type = 'sdxl';

select is(
    (
        perf_internal.lock_training(
            '10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000'
        )
    ).model_type,
    'sdxl',
    'returns the training of a lease'
);
select throws_ok(
    $$ select perf_internal.lock_training(
           '10000000-0000-4000-8000-000000000000', 'f1000000-0000-4000-8000-000000000000'
       ) $$,
    'PT409',
    'training 10000000-0000-4000-8000-000000000000 is not held with lease_id f1000000-0000-4000-8000-000000000000',
    'refuses another lease'
);
select throws_ok(
    $$ select perf_internal.lock_training(
           '20000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000'
       ) $$,
    'PT409',
    null,
    'refuses a lease of another training'
);
select throws_ok(
    $$ select perf_internal.lock_training('20000000-0000-4000-8000-000000000000', null) $$,
    '22023',
    'lease_id must not be null',
    'refuses no lease, also of a training that has none'
);
select throws_ok(
    $$ select perf_internal.lock_training(
           '30000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000'
       ) $$,
    'PT404',
    'there is no training 30000000-0000-4000-8000-000000000000',
    'refuses an unknown training'
);
select throws_ok(
    'select perf_internal.lock_training(null, null)',
    'PT404',
    'there is no training null',
    'refuses null'
);

select * from finish();
rollback;
