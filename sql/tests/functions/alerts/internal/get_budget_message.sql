begin;
select plan(4);

create function pg_temp.message(more jsonb)
returns text
language sql as $$
    select perf_internal.get_budget_message(
        '{"budget": "all", "spent": 81.2345, "amount": 100, "currency": "USD", "unpriced_calls": 0}'
            || more,
        '2020-02'
    )
$$;

select is(pg_temp.message('{}'), 'all: 81.23 of 100 USD of 2020-02 are spent.', 'what is spent');
select is(
    pg_temp.message('{"projected": 131.7, "projected_low": 120.2, "projected_high": 143.1}'),
    'all: 81.23 of 100 USD of 2020-02 are spent, 132 are expected by its end (120 to 143).',
    'and what is expected'
);
select is(
    pg_temp.message('{"unpriced_calls": 1}'),
    'all: 81.23 of 100 USD of 2020-02 are spent; 1 call has no price and does not count.',
    'and what has no price'
);
select is(
    pg_temp.message('{"unpriced_calls": 5}'),
    'all: 81.23 of 100 USD of 2020-02 are spent; 5 calls have no price and do not count.',
    'in the plural'
);

select * from finish();
rollback;
