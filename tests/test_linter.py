"""Each rule of Supabase's linter in inventory.sql finds what breaks it.

The rules are read from that file by their numbers, so that none is planted that nobody asks for.
"""

import re

import psycopg

from pgkit import migrations

INVENTORY = (migrations.sql_folder() / "tests" / "inventory.sql").read_text(encoding="utf-8")
VIEWS = re.findall(r"^create view pg_temp\.\w+ as\n.+?;\n", INVENTORY, re.M | re.S)
RULES = {
    number: question
    for question, number in re.findall(
        r"^select (?:is_empty|lives_ok)\(\n    \$\$ ((?:(?!\$\$).)+) \$\$,\n"
        r"    '[^'\n]+ \(Supabase lint (\d{4})\)'\n\);",
        INVENTORY,
        re.M | re.S,
    )
}
# An extension that every server of the tests has, whose type a table of ours uses.
EXTENSION = """
create extension citext schema public;
create table perf.planted (x citext);
"""
PLANTED = {
    "0001": "create table perf.planted (id uuid references perf.models)",
    "0002": """
        create table auth.users (id uuid);
        create view perf.planted with (security_invoker = true) as select u.id from auth.users as u
    """,
    "0003": "alter policy models_select_reader on perf.models using (auth.uid() is not null)",
    "0004": "create table perf.planted (id integer)",
    "0006": "create policy planted on perf.models for select to authenticated using (false)",
    "0007": "alter table perf.models disable row level security",
    "0008": "drop policy models_select_reader on perf.models",
    "0009": """
        create index planted_1 on perf.models (name, id);
        create index planted_2 on perf.models (name, id)
    """,
    "0010": "create view perf.planted as select 1 as x",
    "0011": "alter function perf.record_call reset search_path",
    "0012": "create policy planted on perf.models for delete to authenticated using (id = id)",
    "0013": "create table perf.planted (id integer)",
    "0014": EXTENSION,
    "0015": """
        alter policy models_select_reader on perf.models
            using (current_setting('request.jwt.claims')::jsonb #> '{user_metadata,x}' is not null)
    """,
    "0016": "create materialized view perf.planted as select 1 as x",
    "0017": """
        create foreign data wrapper planted;
        create server planted foreign data wrapper planted;
        create foreign table perf.planted (x integer) server planted
    """,
    "0018": "create table perf.planted (x regproc)",
    "0019": "create schema pgmq; create table pgmq.q_planted (x integer)",
    "0020": """
        insert into perf.models (name, provider) values ('a', 'b');
        analyze perf.models;
        update pg_class set relpages = 10000 where oid = 'perf.models'::regclass
    """,
    "0021": """
        create table auth.planted (id integer unique);
        create table perf.planted (id integer references auth.planted (id))
    """,
    "0022": f"{EXTENSION} update pg_extension set extversion = '0' where extname = 'citext'",
    "0023": "create table perf.planted (api_key text)",
    "0024": "create policy planted on perf.models for update to authenticated using (true)",
    "0025": """
        create schema storage;
        create table storage.objects (x integer);
        create policy planted on storage.objects using (exists (select from perf.models))
    """,
    "0026": "grant select (id) on perf.models to anon",
    "0027": "alter table perf.models disable row level security",
    "0028": "grant execute on function perf_internal.record_call to anon",
    "0029": "alter function perf.record_call security definer",
}


def test_every_rule_is_asked_once() -> None:
    assert sorted(RULES) == [f"{number:04}" for number in range(1, 30)]
    assert sorted(PLANTED) == sorted(RULES.keys() - {"0005"})


def test_every_rule_finds_what_breaks_it(connection: psycopg.Connection) -> None:
    for view in VIEWS:
        connection.execute(view.encode())
    blind = []
    for number, planted in PLANTED.items():
        question = RULES[number].encode()
        assert connection.execute(question).fetchall() == [], number
        with connection.transaction(force_rollback=True):
            connection.execute(planted.encode())
            if not connection.execute(question).fetchall():
                blind.append(number)
    assert blind == []


def test_unused_indexes_are_listed(connection: psycopg.Connection) -> None:
    for view in VIEWS:
        connection.execute(view.encode())
    # Nothing has used an index of the new database's rollups.
    indexes = {str(index) for (index,) in connection.execute(RULES["0005"].encode())}
    assert indexes
