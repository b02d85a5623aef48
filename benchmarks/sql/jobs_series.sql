-- Workflows and workers with their real run times; a workflow has one resolution tier and model type.
create schema bench;

create table bench.times (
    workflow text not null,
    worker text not null,
    times bigint[] not null
);
