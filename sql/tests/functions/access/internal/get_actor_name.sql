begin;
select plan(4);

select is(
    perf_internal.get_actor_name('ada', 'authenticated', 'authenticator'), 'ada', 'a person'
);

select is(
    perf_internal.get_actor_name(null, 'service_role', 'authenticator'),
    'service_role',
    'the service key, whose login says nothing'
);

select is(perf_internal.get_actor_name(null, 'perf_admin', 'ben'), 'ben', 'a login of its own');

select is(perf_internal.get_actor_name(null, null, null), null, 'nobody');

select * from finish();
rollback;
