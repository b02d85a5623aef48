begin;
select plan(4);

select results_eq(
    $$ select f.name_number, f.close_names
       from perf_internal.find_close_names(
           '{openai/gpt-4o-2024-08-06,llama,claude-sonnet}',
           '{gpt-4,gpt-4o-mini,GPT-4o,claude,gpt-4o-2024-05-13}'
       ) as f
       order by 1 $$,
    $$ values
        (1, '{GPT-4o,gpt-4o-2024-05-13,gpt-4o-mini}'::text[]),
        (3, '{claude}') $$,
    'three names with most words in common'
);
select is_empty($$ select perf_internal.find_close_names('{llama}', '{}') $$, 'none of none');
select is_empty($$ select perf_internal.find_close_names('{}', '{llama}') $$, 'for none');
select is_empty(
    $$ select perf_internal.find_close_names('{-}', '{-,a}') $$, 'none without a word'
);

select * from finish();
rollback;
