begin;
select plan(4);

select perf.grant_role('a0000000-0000-4000-8000-000000000000', 'admin', 'ada');
select perf.grant_role('b0000000-0000-4000-8000-000000000000', 'admin', 'ben');
select perf.save_model_config('sdxl', 'one', '{}');
select perf.request_activation(perf.find_model_config('sdxl@1'));

select is(
    (select perf_internal.is_requester(r) from perf.model_config_requests as r),
    true,
    'the same login without tokens could be the same person'
);

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    (select perf_internal.is_requester(r) from perf.model_config_requests as r),
    true,
    'the same login with a token on one side only, too'
);

select perf.request_activation(perf.find_model_config('sdxl@1'));

select is(
    (select perf_internal.is_requester(r)
    from perf.model_config_requests as r where r.requested_by is not null),
    true,
    'the same token is the same person'
);

set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';

select is(
    (select perf_internal.is_requester(r)
    from perf.model_config_requests as r where r.requested_by is not null),
    false,
    'another token is another person, through the same login'
);

select * from finish();
rollback;
