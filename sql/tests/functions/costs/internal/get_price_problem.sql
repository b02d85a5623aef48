begin;
select plan(15);

create function pg_temp.problem(more jsonb)
returns text
language sql as $$
    select perf_internal.get_price_problem(
        '{"model_name": "m", "input_price": 1, "output_price": 2}' || more
    )
$$;

select is(pg_temp.problem('{}'), null, 'nothing is wrong');
select is(
    pg_temp.problem(
        '{"provider": "x", "cached_input_price": 0, "cache_write_price": null, "currency": "EUR",
          "valid_from": "2020-01-06T10:00:00Z", "is_free": false, "source": "web"}'
    ),
    null,
    'with all keys'
);
select is(pg_temp.problem('{"model_name": " "}'), 'model_name must have 1 to 200 characters, got " "', 'no name');
select is(pg_temp.problem('{"model_name": 5}'), 'model_name must be a string, got "5"', 'a number');
select is(
    pg_temp.problem('{"price": 1}'),
    'has an unknown key "price"; known keys: input_price, output_price, cached_input_price, cache_write_price, model_name, provider, valid_from, currency, is_free, source',
    'an unknown key'
);
select is(
    pg_temp.problem('{"input_price": null}'),
    'input_price must be a price per million tokens, got null',
    'no price'
);
select is(
    pg_temp.problem('{"output_price": "2"}'),
    'output_price must be a price per million tokens from 0 to 1e9, got "2"',
    'a text'
);
select is(
    pg_temp.problem('{"cached_input_price": 1e10}'),
    'cached_input_price must be a price per million tokens from 0 to 1e9, got "10000000000"',
    'too much'
);
select is(
    pg_temp.problem('{"input_price": 1e-400, "output_price": 0}'),
    'input_price must be a price per million tokens from 0 to 1e9, got "0.0000000000000000000000000000000000000000000000000000000000..." (402 characters)',
    'too little for a number'
);
select is(
    pg_temp.problem('{"valid_from": "tomorrow"}'),
    'valid_from must be a whole hour of UTC from 1970 on, got "tomorrow"',
    'no time'
);
select is(
    pg_temp.problem('{"valid_from": "2020-13-40 10:00"}'),
    'valid_from must be a whole hour of UTC from 1970 on, got "2020-13-40 10:00"',
    'no day'
);
select is(
    pg_temp.problem('{"valid_from": "1969-12-31 23:00Z"}'),
    'valid_from must be a whole hour of UTC from 1970 on, got "1969-12-31 23:00Z"',
    'too early'
);
select is(
    pg_temp.problem('{"currency": "EURO"}'),
    'currency must be three capitals as in ISO 4217, got "EURO"',
    'no currency'
);
select is(pg_temp.problem('{"is_free": 1}'), 'is_free must be true or false, got "1"', 'no boolean');
select is(perf_internal.get_price_problem('[]'), 'must be an object, got "[]"', 'no object');

select * from finish();
rollback;
