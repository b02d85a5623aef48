begin;
select plan(12);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

insert into perf_internal.otlp_series (
    id, model, tool, provider, service, error_type, token_type
) values
    (
        '20000000-0000-4000-8000-000000000000', 'gpt-4o', 'chat', 'openai', 'shop', 'timeout', 'input'
    ),
    ('30000000-0000-4000-8000-000000000000', 'gpt-4o', null, null, null, null, null),
    ('40000000-0000-4000-8000-000000000000', null, null, null, 'shop', null, null);

select results_eq(
    'select s.series_id, s.labels from perf_internal.otlp_series_labels as s order by 1',
    $$ values
        (
            '20000000-0000-4000-8000-000000000000'::uuid,
            '{"model": "gpt-4o", "tool": "chat", "provider": "openai", "service": "shop",
              "error_type": "timeout", "token_type": "input"}'::jsonb
        ),
        (
            '30000000-0000-4000-8000-000000000000',
            '{"model": "gpt-4o", "tool": null, "provider": null, "service": null,
              "error_type": null, "token_type": null}'
        ),
        (
            '40000000-0000-4000-8000-000000000000',
            '{"model": null, "tool": null, "provider": null, "service": "shop",
              "error_type": null, "token_type": null}'
        ) $$,
    'every series has every label, null where it has none'
);

select is(
    (
        select count(*) from perf_internal.otlp_series_labels as s
        where s.labels @> '{"model": "gpt-4o"}'
    ),
    2::bigint,
    'labels can be asked for with @>'
);

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.otlp_series_labels),
    3::bigint,
    'an admin by token reads the series'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.otlp_series_labels),
    3::bigint,
    'an analyst by token reads the series'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.otlp_series_labels),
    0::bigint,
    'a recorder by token reads nothing back'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.otlp_series_labels),
    0::bigint,
    'a stranger with a token reads nothing'
);
set local request.jwt.claims = '';
select is(
    (select count(*) from perf_internal.otlp_series_labels),
    0::bigint,
    'authenticated without a token reads nothing'
);

set local role perf_admin;
select is(
    (select count(*) from perf_internal.otlp_series_labels),
    3::bigint,
    'perf_admin reads the series'
);
set local role perf_analyst;
select is(
    (select count(*) from perf_internal.otlp_series_labels),
    3::bigint,
    'perf_analyst reads the series'
);
set local role service_role;
select is(
    (select count(*) from perf_internal.otlp_series_labels),
    3::bigint,
    'service_role reads the series'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.otlp_series_labels', '42501', null, 'perf_recorder reads nothing'
);
set local role anon;
select throws_ok(
    'select * from perf_internal.otlp_series_labels', '42501', null, 'anon reads nothing'
);

select * from finish();
rollback;
