begin;
select plan(15);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('b0000000-0000-4000-8000-000000000000', 'ben'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('b0000000-0000-4000-8000-000000000000', 'analyst'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');

create temporary table recorded as
select perf.record_call(
    c.model_name, c.tool_name, 1, parameters => c.parameters,
    call_timestamp => '2020-01-06 10:00+00'
)
from (
    values
        ('acme/one', 'chat', '{}'::jsonb),
        ('acme/one', 'chat', '{"temperature": 1.0, "streaming": true, "seed": 7}'),
        ('two', 'search', '{}')
) as c (model_name, tool_name, parameters);
create temporary table types as select perf.register_model('acme/one', model_type => 'sdxl');

select results_eq(
    'select s.labels from perf_internal.call_series as s order by s.labels::text',
    $$ values
        ('{"tool": "chat", "model": "acme/one", "provider": "acme", "model_type": "sdxl",
            "parameters": {"streaming": true, "temperature": 1}}'::jsonb),
        ('{"tool": "chat", "model": "acme/one", "provider": "acme", "model_type": "sdxl",
            "parameters": {}}'),
        ('{"tool": "search", "model": "two", "provider": "unknown", "model_type": null,
            "parameters": {}}') $$,
    'one row a configuration: model, tool, provider, type or null, parameters that affect performance'
);

select set_eq(
    'select s.series_id from perf_internal.call_series as s',
    'select c.id from perf.model_tool_configs as c',
    'series are configurations'
);

select set_eq(
    'select s.series_id from perf_internal.call_series as s',
    'select distinct r.model_tool_config_id from perf.performance_metrics_raw as r',
    'and every call belongs to one'
);

select is(
    (
        select count(*) from perf_internal.call_series as s
        where s.labels @> '{"model": "acme/one", "parameters": {"temperature": 1}}'
    ),
    1::bigint,
    'labels and parameters can be asked for with @>'
);

update perf.models set name = 'acme/uno' where name = 'acme/one';
select is(
    (select count(*) from perf_internal.call_series as s where s.labels ->> 'model' = 'acme/uno'),
    2::bigint,
    'a model that was renamed has its new name, in old series too'
);

set local role authenticated;

set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.call_series),
    3::bigint,
    'an admin by token reads the series'
);
set local request.jwt.claims = '{"sub": "b0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.call_series),
    3::bigint,
    'an analyst by token reads the series'
);
set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.call_series),
    0::bigint,
    'a recorder by token reads nothing back'
);
set local request.jwt.claims = '{"sub": "d0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.call_series),
    0::bigint,
    'a stranger with a token reads nothing'
);
set local request.jwt.claims = '';
select is(
    (select count(*) from perf_internal.call_series),
    0::bigint,
    'authenticated without a token reads nothing'
);

set local role perf_admin;
select is(
    (select count(*) from perf_internal.call_series), 3::bigint, 'perf_admin reads the series'
);
set local role perf_analyst;
select is(
    (select count(*) from perf_internal.call_series), 3::bigint, 'perf_analyst reads the series'
);
set local role service_role;
select is(
    (select count(*) from perf_internal.call_series), 3::bigint, 'service_role reads the series'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.call_series', '42501', null, 'perf_recorder reads nothing'
);
set local role anon;
select throws_ok('select * from perf_internal.call_series', '42501', null, 'anon reads nothing');

select * from finish();
rollback;
