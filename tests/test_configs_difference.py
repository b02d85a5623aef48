"""The difference of two configurations: applied to the first it gives the second."""

import copy
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

pytestmark = pytest.mark.once

# Few keys, so that two documents share some; text without what jsonb cannot hold.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
keys = st.one_of(st.sampled_from(["a", "b", "c", "0", "1", "", "a b", '"', "$", "ä"]), texts)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(-2, 2, allow_nan=False),
    st.sampled_from(["", "a", "1", "null"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)


def apply(value: Any, changes: list[tuple[list[str], str, Any]]) -> Any:
    """Apply rows of compare_json (path, kind, new value), as their documentation says."""
    root = {"root": copy.deepcopy(value)}
    removed = [change for change in changes if change[1] == "removed"]
    others = [change for change in changes if change[1] != "removed"]
    # From the end, so that positions of elements yet to be removed stay what they are.
    for path, kind, new_value in [*others, *reversed(removed)]:
        holder: Any = root
        step: Any = "root"
        for key in path:
            holder = holder[step]
            step = int(key) if isinstance(holder, list) else key
        if kind == "removed":
            del holder[step]
        elif kind == "added" and isinstance(holder, list):
            assert step == len(holder)
            holder.append(new_value)
        else:
            assert (kind == "changed") == (isinstance(holder, list) or step in holder)
            holder[step] = new_value
    return root["root"]


COMPARE = "select path, kind, new_value from perf_internal.compare_json(%s, %s)"


@settings(max_examples=400)
@given(a=values, b=values)
def test_the_difference_applied_to_a_gives_b(connection: psycopg.Connection, a, b) -> None:
    changes = connection.execute(COMPARE, [Jsonb(a), Jsonb(b)]).fetchall()
    same, empty = connection.execute(
        "select %s::jsonb = %s::jsonb, %s::jsonb = %s::jsonb",
        [Jsonb(apply(a, changes)), Jsonb(b), Jsonb(a), Jsonb(b)],
    ).fetchone()
    assert same
    assert empty == (changes == [])


@settings(max_examples=200)
@given(a=values, b=values)
def test_every_setting_is_a_json_path_to_its_values(connection: psycopg.Connection, a, b) -> None:
    wrong = connection.execute(
        """
        select d.*
        from perf_internal.compare_json(%(a)s, %(b)s) as d
        where jsonb_path_query_first(%(a)s, ('strict ' || d.setting)::jsonpath, silent => true)
                is distinct from d.old_value
            or jsonb_path_query_first(%(b)s, ('strict ' || d.setting)::jsonpath, silent => true)
                is distinct from d.new_value
        """,
        {"a": Jsonb(a), "b": Jsonb(b)},
    ).fetchall()
    assert wrong == []


@pytest.mark.parametrize("depth", [10, 1000])
def test_a_deep_document_is_compared(connection, depth) -> None:
    old = '{"a":' * depth + "1" + "}" * depth
    new = '{"a":' * depth + "2" + "}" * depth
    rows = connection.execute(
        "select path, kind from perf_internal.compare_json(%s::jsonb, %s::jsonb)", [old, new]
    ).fetchall()
    assert rows == [(["a"] * depth, "changed")]
