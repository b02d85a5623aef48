-- Workflows and workers with their real run times. A workflow has one tier and one model type.
-- Other measurements may have made it.
create schema if not exists bench;

create table bench.times (
    workflow text not null,
    worker text not null,
    times bigint[] not null
);
