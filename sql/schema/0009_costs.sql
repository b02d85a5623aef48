-- What calls cost: prices of models, and budgets.
create table perf.model_prices (
    id bigint generated always as identity primary key,
    book text not null default 'standard',
    model_name text not null,
    provider text,
    valid_from timestamptz not null,
    input_price double precision not null,
    cached_input_price double precision,
    cache_write_price double precision,
    output_price double precision not null,
    currency text not null default 'USD',
    is_free boolean not null default false,
    source text,
    created_by text,
    created_at timestamptz not null default now(),
    -- Of a call, the last row before it is its price.
    unique nulls not distinct (book, model_name, provider, valid_from),
    constraint book_is_1_to_200_characters check (
        book ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(book) <= 200
    ),
    constraint model_name_is_1_to_200_characters check (
        model_name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(model_name) <= 200
    ),
    constraint provider_is_1_to_200_characters check (
        provider ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(provider) <= 200
    ),
    constraint valid_from_is_a_whole_hour_from_1970_on check (
        valid_from = date_bin('1 hour', valid_from, '2001-01-01 00:00+00')
        and valid_from between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'
    ),
    constraint prices_are_0_to_1e9 check (
        input_price between 0 and 1e9
        and cached_input_price between 0 and 1e9
        and cache_write_price between 0 and 1e9
        and output_price between 0 and 1e9
    ),
    constraint only_free_models_cost_nothing check (
        is_free = (
            greatest(input_price, cached_input_price, cache_write_price, output_price) = 0
        )
    ),
    constraint currency_is_3_capitals check (currency ~ '^[A-Z]{3}$'),
    constraint source_is_1_to_1000_characters check (
        source ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(source) <= 1000
    )
);

comment on table perf.model_prices is
    'What a million tokens of a model cost, from a time on. A price holds until the next one of the same book, model and provider.';
comment on column perf.model_prices.id is 'Key of the price.';
comment on column perf.model_prices.book is
    'The price book. Reports read the book standard where they are told no other.';
comment on column perf.model_prices.model_name is
    'The name of the model as calls have it. There may be prices before the first call.';
comment on column perf.model_prices.provider is
    'Only for calls that this provider served; null for any. A price for the provider goes before one for any.';
comment on column perf.model_prices.valid_from is
    'From when it holds: a whole hour of UTC, because reports read whole hours.';
comment on column perf.model_prices.input_price is
    'Price of a million input tokens that the cache has no part in.';
comment on column perf.model_prices.cached_input_price is
    'Price of a million input tokens that the provider reads from its cache; null: as input_price.';
comment on column perf.model_prices.cache_write_price is
    'Price of a million input tokens that the provider writes to its cache; null: as input_price.';
comment on column perf.model_prices.output_price is
    'Price of a million output tokens, with those of reasoning.';
comment on column perf.model_prices.currency is 'Currency by ISO 4217, for example USD.';
comment on column perf.model_prices.is_free is
    'Whether all prices are 0, which must be said, because a missing price is often read as 0.';
comment on column perf.model_prices.source is 'Where the price is from; null for unknown.';
comment on column perf.model_prices.created_by is 'Who set it.';
comment on column perf.model_prices.created_at is 'When it was set.';

create table perf.budgets (
    id bigint generated always as identity primary key,
    budget_name text not null unique,
    amount double precision not null,
    currency text not null default 'USD',
    period text not null default 'monthly',
    labels jsonb not null default '{}',
    time_zone text not null default 'UTC',
    book text not null default 'standard',
    warn_at double precision not null default 0.8,
    enabled boolean not null default true,
    description text,
    runbook_url text,
    created_by text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint budget_name_is_1_to_200_characters check (
        budget_name ~ '^[^ [:cntrl:]]([^[:cntrl:]]*[^ [:cntrl:]])?$'
        and length(budget_name) <= 200
    ),
    constraint amount_is_above_0_and_at_most_1e12 check (amount > 0 and amount <= 1e12),
    constraint currency_is_3_capitals check (currency ~ '^[A-Z]{3}$'),
    constraint period_is_known check (period in ('daily', 'weekly', 'monthly')),
    constraint labels_are_an_object check (jsonb_typeof(labels) = 'object'),
    constraint time_zone_is_utc_or_an_area_and_a_city check (
        time_zone ~ '^(UTC|[A-Za-z_]+(/[A-Za-z_-]+)+)$'
    ),
    constraint warn_at_is_a_share_above_0 check (warn_at > 0 and warn_at <= 1)
);

comment on table perf.budgets is
    'How much calls may cost in a day, week or month. perf.check_alert_thresholds() opens an alert before it is spent.';
comment on column perf.budgets.id is 'Key of the budget.';
comment on column perf.budgets.budget_name is 'Unique.';
comment on column perf.budgets.amount is 'What may be spent in a period.';
comment on column perf.budgets.currency is
    'Currency by ISO 4217. Calls whose prices are in another one do not count.';
comment on column perf.budgets.period is
    'daily, weekly (from Monday) or monthly: when it begins again.';
comment on column perf.budgets.labels is
    'Which calls count: an object of values by label (model, tool, provider, model_type, parameters). Empty: all.';
comment on column perf.budgets.time_zone is 'The time zone of its days, weeks and months.';
comment on column perf.budgets.book is 'The price book that says what calls cost.';
comment on column perf.budgets.warn_at is
    'The share of the amount from which the alert is a warning. From the whole amount on it is critical.';
comment on column perf.budgets.enabled is 'Whether it raises alerts.';
comment on column perf.budgets.description is 'Why it exists; null for nothing.';
comment on column perf.budgets.runbook_url is
    'Where it says what to do; null for nothing. Notifications show it.';
comment on column perf.budgets.created_by is 'Who made it.';
comment on column perf.budgets.created_at is 'When it was made.';
comment on column perf.budgets.updated_at is 'When it was last changed.';
