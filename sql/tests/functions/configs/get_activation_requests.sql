begin;
select plan(7);

select is_empty('select * from perf.get_activation_requests()', 'nobody has asked yet');

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'admin', 'ben');
select perf.save_model_config(t, t || '-base', '{}') from unnest('{sdxl,wan}'::text[]) as t;
set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select perf.request_activation(
    perf.find_model_config('sdxl@1'),
    'sharper',
    '{"metric": "error_rate", "worse_than": 0.05, "within": "1 hour"}'
);
select perf.request_activation(perf.find_model_config('wan@1'));
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select perf.approve_activation(
    (select r.request_id from perf.get_activation_requests('wan') as r), 'good'
);
set local role service_role;
set local request.jwt.claims = '{"role": "service_role"}';
select perf.request_activation(perf.find_model_config('wan@1'), 'again');
select perf.reject_activation(
    (select r.request_id from perf.get_activation_requests('wan', 1) as r), 'it is in force'
);
reset role;

select results_eq(
    $$ select r.model_type::text, r.version, r.config_name::text, r.status, r.requester_name, r.notes,
           r.guard ->> 'metric', r.decider_name, r.decision_notes, r.activation_id is not null
       from perf.get_activation_requests() as r $$,
    $$ values
        ('sdxl', 1, 'sdxl-base', 'open', 'ada', 'sharper', 'error_rate', null, null, false),
        ('wan', 1, 'wan-base', 'withdrawn', 'service_role', 'again', null, 'service_role',
            'it is in force', false),
        ('wan', 1, 'wan-base', 'approved', 'ada', null, null, 'ben', 'good', true) $$,
    'those that wait come first, then the newest, with who asked and who decided'
);
select is(
    (select count(*) from perf.get_activation_requests('wan')), 2::bigint, 'one model type alone'
);
select is(
    (select r.status from perf.get_activation_requests(max_rows => 1) as r),
    'open',
    'no more than asked for'
);
select throws_ok(
    'select perf.get_activation_requests(max_rows => 0)',
    '22023',
    'max_rows must be between 1 and 100000, got 0',
    'refuses no rows'
);

set local role perf_recorder;
select throws_ok(
    'select perf.get_activation_requests()', '42501', null, 'a recorder reads nothing'
);
set local role authenticated;
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select throws_ok(
    'select perf.get_activation_requests()', '42501', 'this needs the role analyst', 'a stranger may not'
);

select * from finish();
rollback;
