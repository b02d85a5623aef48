begin;
select plan(14);

insert into perf.profiles (id, username) values
    ('a0000000-0000-4000-8000-000000000000', 'ada'),
    ('c0000000-0000-4000-8000-000000000000', 'cleo');
insert into perf.user_roles (user_id, role) values
    ('a0000000-0000-4000-8000-000000000000', 'admin'),
    ('c0000000-0000-4000-8000-000000000000', 'recorder');
insert into perf_internal.otlp_series (id, model) values
    ('20000000-0000-4000-8000-000000000000', 'gpt-4o');

-- January 6 gets a partition, December 3 stays in the default partition.
insert into perf_internal.otlp_summaries (
    series_id, observed_at, point_id, metric, count, sum, m2, min, max
)
select '20000000-0000-4000-8000-000000000000', d, gen_random_uuid(), 'gen_ai.x', 1, 0, 0, 0, 0
from unnest('{2020-01-06 10:00+00, 2019-12-03 10:00+00}'::timestamptz[]) as d;
update perf.retention set keep = '10 days' where pipeline = 'otlp' and level = 'raw';
create temporary table made as select * from perf.ensure_partitions('2020-01-06 12:00+00', 0);

set local role authenticated;
set local request.jwt.claims = '{"sub": "a0000000-0000-4000-8000-000000000000"}';

select is(
    (select count(*) from perf_internal.otlp_summaries),
    2::bigint,
    'an admin by token reads every summary through the parent'
);
select throws_ok(
    'select * from perf_internal.otlp_summaries_default',
    '42501',
    null,
    'but not the default partition by itself'
);
select throws_ok(
    'select * from perf_internal.otlp_summaries_20200106',
    '42501',
    null,
    'nor a daily partition'
);
select throws_ok(
    'delete from perf_internal.otlp_summaries_default', '42501', null, 'nor deletes from it'
);

set local request.jwt.claims = '{"sub": "c0000000-0000-4000-8000-000000000000"}';
select is(
    (select count(*) from perf_internal.otlp_summaries),
    0::bigint,
    'a recorder by token reads nothing through the parent'
);
select throws_ok(
    'select * from perf_internal.otlp_summaries_20200106', '42501', null, 'and no partition'
);

set local role perf_admin;
select throws_ok(
    'select * from perf_internal.otlp_summaries_default',
    '42501',
    null,
    'perf_admin does not read the default partition by itself'
);
select throws_ok(
    'insert into perf_internal.otlp_summaries_default default values',
    '42501',
    null,
    'nor adds to it'
);
select throws_ok(
    'delete from perf_internal.otlp_summaries_20200106',
    '42501',
    null,
    'nor deletes from a daily one'
);

set local role perf_analyst;
select is(
    (select count(*) from perf_internal.otlp_summaries),
    2::bigint,
    'perf_analyst reads every summary through the parent'
);
select throws_ok(
    'select * from perf_internal.otlp_summaries_20200106',
    '42501',
    null,
    'and no partition by itself'
);

set local role perf_recorder;
select throws_ok(
    'select * from perf_internal.otlp_summaries_default',
    '42501',
    null,
    'perf_recorder reads none'
);
select throws_ok(
    'insert into perf_internal.otlp_summaries_20200106 default values',
    '42501',
    null,
    'and adds to none directly'
);

set local role anon;
select throws_ok(
    'select * from perf_internal.otlp_summaries_default', '42501', null, 'nor anon'
);

select * from finish();
rollback;
