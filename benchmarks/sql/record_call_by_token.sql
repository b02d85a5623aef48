\set config random(1, 200)
\set ms random(100, 60000)
\set tokens random(1, 2000)
begin;
select
    set_config('role', '@role', true),
    set_config('request.jwt.claims', '@claims', true);
select perf.record_call(
    ('@models'::text[])[:config],
    ('@tools'::text[])[:config],
    :ms,
    parameters => ('@parameters'::jsonb[])[:config],
    input_tokens => :tokens,
    output_tokens => :tokens,
    first_token_ms => :ms / 10.0
);
commit;
