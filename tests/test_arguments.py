"""Every argument of a function of perf has a text, which becomes part of the function's comment."""

import re

import psycopg
import pytest

from pgkit import migrations, reference

FILE = migrations.sql_folder() / "arguments" / "arguments.sql"
TEXT = re.compile(r"^ {12}\('([^']*)', '((?:[^']|'')*)'\),?$", re.M)


@pytest.fixture
def functions(connection: psycopg.Connection) -> list[tuple[str, str, list[str], list[str]]]:
    """Name, comment and arguments of every function, and which of these are null by default."""
    return connection.execute(
        """
        select
            p.proname::text,
            coalesce(obj_description(p.oid, 'pg_proc'), ''),
            a.names,
            a.null_ones
        from pg_proc as p
        cross join lateral (
            select
                coalesce(array_agg(coalesce(p.proargnames[g.n], '') order by g.n), '{}') as names,
                coalesce(
                    array_agg(p.proargnames[g.n]) filter (
                        where pg_get_function_arg_default(p.oid, g.n::integer) like 'NULL%'
                    ), '{}'
                ) as null_ones
            from generate_series(1, coalesce(cardinality(p.proallargtypes), p.pronargs)) as g (n)
            where coalesce(p.proargmodes[g.n], 'i') in ('i', 'b', 'v')
        ) as a
        where p.pronamespace = 'perf'::regnamespace
            and not exists (select from pg_class as o where o.reltype = p.proargtypes[0])
        """
    ).fetchall()


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    """Key and meaning of every line of the file."""
    found = TEXT.findall(FILE.read_text(encoding="utf-8"))
    return [(key, meaning.replace("''", "'")) for key, meaning in found]


def test_every_argument_has_a_text(functions) -> None:
    missing = [
        f"{function}.{name}"
        for function, comment, names, _ in functions
        for name in names
        if name not in reference.split_arguments(comment)[1]
    ]
    assert not missing, f"add to {FILE.name} a text for: {', '.join(sorted(missing))}"


def test_every_text_has_an_argument(functions, texts) -> None:
    keys = set()
    for function, _, names, null_ones in functions:
        for name in names:
            own, null, same = f"{function}.{name}", f"{name} = null", name
            found = dict(texts)
            keys.add(own if own in found else null if name in null_ones and null in found else same)
    unused = sorted({key for key, _ in texts} - keys)
    assert not unused, f"{FILE.name} has texts that no argument has: {', '.join(unused)}"


def test_no_text_is_there_twice_or_out_of_order(texts) -> None:
    keys = [key for key, _ in texts]
    assert sorted(set(keys)) == sorted(keys)
    assert keys == sorted(keys, key=lambda key: ("." in key, key))


def test_texts_are_short_sentences(texts) -> None:
    wrong = [
        key
        for key, meaning in texts
        if len(meaning) > 120
        or not meaning.endswith(".")
        or not meaning.isascii()
        or "  " in meaning
    ]
    assert not wrong, f"not a sentence of at most 120 characters: {', '.join(wrong)}"


def test_a_text_that_says_all_is_of_an_argument_that_may_be_left_out(functions) -> None:
    wrong = [
        f"{function}.{name}"
        for function, comment, names, null_ones in functions
        for name in names
        if "null for all" in reference.split_arguments(comment)[1].get(name, "")
        and name not in null_ones
    ]
    assert not wrong, f"null is not their default: {', '.join(sorted(wrong))}"


def test_applying_the_file_again_changes_no_comment(
    connection: psycopg.Connection, functions
) -> None:
    read = (
        "select proname, obj_description(oid, 'pg_proc') from pg_proc"
        " where pronamespace = 'perf'::regnamespace order by proname"
    )
    before = connection.execute(read).fetchall()
    connection.execute(FILE.read_text(encoding="utf-8").encode())
    assert connection.execute(read).fetchall() == before


def test_the_first_line_of_a_comment_is_its_first_sentence(functions) -> None:
    comments = {function: comment for function, comment, _, _ in functions}
    assert comments["record_call"].startswith("Records one call of a model.\nFor several use ")
    assert "\n\nArguments:\n- model_name (text): " in comments["record_call"]
