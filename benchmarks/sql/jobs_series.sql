-- Workflows and workers with their real run times. A workflow has one tier and one model type.
create schema bench;

create table bench.times (
    workflow text not null,
    worker text not null,
    times bigint[] not null
);
