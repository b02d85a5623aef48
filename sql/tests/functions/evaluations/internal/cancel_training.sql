begin;
select plan(2);

insert into perf.model_training_history (id, model_type, trigger_type, requested_at) values
    ('10000000-0000-4000-8000-000000000000', 'energi', 'manual', '2020-01-06 10:00+00');

select ok(
    perf_internal.cancel_training(
        '10000000-0000-4000-8000-000000000000', repeat('x', 3000), '2020-01-06 11:00+00'
    ),
    'cancels as of a time'
);
select results_eq(
    'select h.training_end, length(h.error_message) from perf.model_training_history as h',
    $$ values ('2020-01-06 11:00+00'::timestamptz, 2000) $$,
    'and keeps 2000 characters of a reason'
);

select * from finish();
rollback;
