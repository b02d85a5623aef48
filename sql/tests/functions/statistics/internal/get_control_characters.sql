begin;
select plan(3);

select is_empty(
    $$ select i
       from generate_series(1, 255) as i
       where (chr(i) ~ perf_internal.get_control_characters())
           <> (i < 32 or i between 127 and 159) $$,
    'control characters are U+0001 to U+001F and U+007F to U+009F'
);

select is_empty(
    $$ select i
       from generate_series(8192, 8303) as i
       where (chr(i) ~ perf_internal.get_control_characters())
           <> (i between 8232 and 8238 or i between 8294 and 8297) $$,
    'and what separates lines or turns the direction of writing'
);

select ok(
    E'a\nb' ~ perf_internal.get_control_characters(),
    'one anywhere in a text is found'
);

select * from finish();
rollback;
