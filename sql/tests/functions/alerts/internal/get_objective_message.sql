begin;
select plan(6);

create temp table objective as
select
    perf.set_slo_objective('ok', 'success_rate', 0.999) as ok,
    perf.set_slo_objective('fast', 'response_time_ms', 0.95, 1000, '7 days') as fast;

select is(
    perf_internal.get_objective_message(
        o.ok, '{"metric": "success_rate", "objective": "ok"}', 14.5, 1000, 'critical'
    ),
    'ok: 1.45 % of 1000 values of success_rate are bad, 0.1 % may be; at this rate the error budget of 30 days lasts 2.07 days.',
    'says what is bad, what may be, and how long the budget lasts'
)
from objective as o;
select is(
    perf_internal.get_objective_message(
        o.fast, '{"model": "m", "provider": null, "metric": "response_time_ms", "objective": "fast"}',
        20, 512, 'warning'
    ),
    'fast of model m, provider null: 100 % of 512 values of response_time_ms are above 1000 ms, 5 % may be; at this rate the error budget of 7 days lasts 8.4 hours.',
    'of faster_than with the limit, and the labels of the group'
)
from objective as o;
select is(
    perf_internal.get_objective_message(o.ok, '{}', 1000, 5, 'critical'),
    'ok: 100 % of 5 values of success_rate are bad, 0.1 % may be; at this rate the error budget of 30 days lasts 43.2 minutes.',
    'an outage uses 30 days of 99.9 % in 43 minutes'
)
from objective as o;
select is(
    perf_internal.get_objective_message(o.ok, '{}', 0, 5, null),
    'ok: none of 5 values of success_rate is bad.',
    'of no bad value'
)
from objective as o;
select is(
    perf_internal.get_objective_message(o.ok, '{}', null, 0, null), 'ok: no values.', 'of no values'
)
from objective as o;
select is(
    perf_internal.get_objective_message(0, '{}', 1, 1, 'warning'), null, 'null without an objective'
);

select * from finish();
rollback;
