begin;
select plan(3);

select is_empty(
    $$ select t
       from unnest('{"",none,null,nan,false,0,"{}","[]"}'::text[] || '{None,NULL,NaN," False "}') as t
       where perf_internal.get_error_type(t) is not null $$,
    'what programs write where there is no error is no error type'
);
select is(perf_internal.get_error_type(' timeout '), 'timeout', 'spaces around one are not kept');
select is(perf_internal.get_error_type('0 tokens left'), '0 tokens left', 'nothing else is changed');

select * from finish();
rollback;
