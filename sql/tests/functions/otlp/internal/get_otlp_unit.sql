begin;
select plan(2);

select results_eq(
    $$ select g.given, u.unit, u.factor
       from (
           values
               (1, 's'), (2, 'ms'), (3, 'us'), (4, 'ns'), (5, 'min'), (6, 'h'), (7, '{token}'),
               (8, '{request}'), (9, 'By'), (10, '1'), (11, ''), (12, null)
       ) as g (number, given)
       cross join lateral perf_internal.get_otlp_unit(g.given, 'gen_ai.x') as u
       order by g.number $$,
    $$ values
        ('s', 'ms', 1000::float8), ('ms', 'ms', 1), ('us', 'ms', 0.001), ('ns', 'ms', 0.000001),
        ('min', 'ms', 60000), ('h', 'ms', 3600000), ('{token}', 'tokens', 1),
        ('{request}', 'request', 1), ('By', 'By', 1), ('1', '1', 1), ('', '1', 1), (null, '1', 1) $$,
    'durations are in ms, and annotations without their braces'
);
select results_eq(
    $$ select m.metric, u.factor
       from unnest(array[
           'gen_ai.client.operation.duration', 'gen_ai.server.time_to_first_token',
           'otel.http.server.request.duration', 'gen_ai.client.token.usage'
       ]) with ordinality as m (metric, number)
       cross join lateral perf_internal.get_otlp_unit('', m.metric) as u
       order by m.number $$,
    $$ values
        ('gen_ai.client.operation.duration', 1000::float8),
        ('gen_ai.server.time_to_first_token', 1000),
        ('otel.http.server.request.duration', 1),
        ('gen_ai.client.token.usage', 1) $$,
    'a duration of the conventions without a unit is in seconds'
);

select * from finish();
rollback;
