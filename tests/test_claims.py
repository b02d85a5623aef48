"""Odd claims give a caller without a role: 42501 or no rows, and never another error.

PostgREST refuses a token whose signature or exp is wrong, so SQL sees claims of good tokens only.
A session that comes another way can set anything, and a token can hold anything in its claims.
"""

import json

import psycopg
import pytest

ADMIN = "a0000000-0000-4000-8000-000000000000"
SUBJECT = "auth0|64b1f0"
PATH = "app_metadata.perf_role"
DEEP = 100_000
ODD = {
    "nothing": "",
    "spaces": "  ",
    "no JSON": '{"sub": ',
    "a text": "admin",
    "an array": f'["{ADMIN}"]',
    "a number": "5",
    "null": "null",
    "no sub": "{}",
    "another name": f'{{"Sub": "{ADMIN}"}}',
    "exp in the past, and nothing else": '{"exp": 1}',
    "sub is null": '{"sub": null}',
    "sub is a number": '{"sub": 5}',
    "sub is beyond numbers": '{"sub": 1e1000000}',
    "sub is true": '{"sub": true}',
    "sub is an object": f'{{"sub": {{"sub": "{ADMIN}"}}}}',
    "sub is an array": f'{{"sub": ["{ADMIN}"]}}',
    "sub is empty": '{"sub": ""}',
    "sub is a tab": r'{"sub": "\t"}',
    "sub has a NUL": rf'{{"sub": "{ADMIN}\u0000"}}',
    "a key has a NUL": rf'{{"sub": "{ADMIN}", "\u0000": 1}}',
    "sub has half of a pair": r'{"sub": "\ud800"}',
    "sub has an end of a line": rf'{{"sub": "{ADMIN}\r\nSet-Cookie: a=b"}}',
    "sub ends a line": rf'{{"sub": "{ADMIN}\n"}}',
    "sub has 300 characters": json.dumps({"sub": "y" * 300}),
    "sub has 1 MB": json.dumps({"sub": "y" * 1_000_000}),
    "sub has braces": f'{{"sub": "{{{ADMIN}}}"}}',
    "sub has no dashes": json.dumps({"sub": ADMIN.replace("-", "")}),
    "sub has a space": f'{{"sub": " {ADMIN}"}}',
    "sub is the text in upper case": json.dumps({"sub": SUBJECT.upper()}),
    "sub is the text and a space": json.dumps({"sub": f"{SUBJECT} "}),
    "sub is the id of the text": "ID",
    "the last of two subs counts": f'{{"sub": "{ADMIN}", "sub": "x"}}',
    "1 MB": json.dumps({"sub": "x", "more": "y" * 1_000_000}),
    "deep": f'{{"sub": {"[" * DEEP}{"]" * DEEP}}}',
    "deep where roles are": '{"app_metadata": ' * 5000 + "1" + "}" * 5000,
    "app_metadata is null": '{"sub": "x", "app_metadata": null}',
    "app_metadata is a role": '{"sub": "x", "app_metadata": "admin"}',
    "app_metadata is an array": '{"sub": "x", "app_metadata": [{"perf_role": "admin"}]}',
    "the last app_metadata counts": (
        '{"sub": "x", "app_metadata": {"perf_role": "admin"}, "app_metadata": null}'
    ),
    "the role is an object": '{"sub": "x", "app_metadata": {"perf_role": {"admin": true}}}',
    "the role is nested": '{"sub": "x", "app_metadata": {"perf_role": [["admin"]]}}',
    "the role is JSON in a text": r'{"sub": "x", "app_metadata": {"perf_role": "[\"admin\"]"}}',
    "the role has a space": '{"sub": "x", "app_metadata": {"perf_role": "admin "}}',
    "the role is in upper case": '{"sub": "x", "app_metadata": {"perf_role": "ADMIN"}}',
    "the role has a NUL": r'{"sub": "x", "app_metadata": {"perf_role": "admin\u0000"}}',
    "10,000 roles that are none": json.dumps(
        {"sub": "x", "app_metadata": {"perf_role": ["king"] * 10_000}}
    ),
    "a role that users write": '{"sub": "x", "user_metadata": {"perf_role": "admin"}}',
    "the role of a key": '{"sub": "x", "role": "service_role", "perf_role": "admin"}',
}
# What each does with a caller without a role: an error, or rows that are not theirs to see.
REQUESTS = {
    "select perf.record_call('m', 't', 1)": "42501",
    "select perf.record_calls('[]')": "42501",
    "select * from perf.get_own_calls()": "42501",
    "select * from perf.get_health()": "42501",
    f"select perf.grant_role('{ADMIN}', 'admin')": "42501",
    "select perf.save_model_config('sdxl', 'x', '{}')": "42501",
    "insert into perf.workers (name) values ('w')": "42501",
    "select count(*) from perf.models": (0,),
    "select count(*) from perf.performance_metrics_raw": (0,),
    "select count(*) from perf.user_roles": (0,),
    f"select perf.has_role('{ADMIN}', 'admin')": (False,),
    "with changed as (update perf.user_roles set role = role returning 1)"
    " select count(*) from changed": (0,),
}


def request(connection: psycopg.Connection, claims: str, statement: str) -> object:
    """Do as PostgREST does; return the row or the code of the error."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("set local role authenticated")
            connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            return connection.execute(statement.encode()).fetchone()
    except psycopg.Error as error:
        return error.sqlstate


@pytest.fixture
def filled(connection: psycopg.Connection) -> psycopg.Connection:
    """There are rows, users with roles, a claim that gives roles, and own calls."""
    for statement in (
        f"select perf.grant_role('{ADMIN}', 'admin')",
        f"select perf.grant_role(null, 'admin', null, '{SUBJECT}')",
        f"select perf.set_role_claim('{PATH}')",
        "select perf.set_own_calls_readable(true)",
        "select perf.record_call('m', 't', 1)",
    ):
        connection.execute(statement.encode())
    return connection


def test_odd_claims_give_no_role_and_no_other_error(filled: psycopg.Connection) -> None:
    given = str(filled.execute("select perf.get_subject_id(%s)", [SUBJECT]).fetchone()[0])
    wrong = {
        (name, statement): got
        for name, claims in ODD.items()
        for statement, expected in REQUESTS.items()
        if (
            got := request(
                filled, json.dumps({"sub": given}) if claims == "ID" else claims, statement
            )
        )
        != expected
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "claims",
    [
        f'{{"sub": "{ADMIN}"}}',
        f'{{"sub": "{ADMIN.upper()}"}}',
        json.dumps({"sub": SUBJECT}),
        f'{{"sub": "x", "sub": "{ADMIN}"}}',
        # PostgREST has looked at it. A token of an hour ago is refused there.
        f'{{"sub": "{ADMIN}", "exp": 1}}',
        '{"sub": "x", "app_metadata": {"perf_role": "admin"}}',
        json.dumps({"sub": "x", "app_metadata": {"perf_role": [*["king"] * 10_000, "admin"]}}),
        json.dumps({"sub": "y" * 300, "app_metadata": {"perf_role": "admin"}}),
        json.dumps({"sub": "a\r\nb", "app_metadata": {"perf_role": "admin"}}),
    ],
    ids=lambda claims: claims[:40],
)
def test_the_same_requests_work_with_the_claims_of_an_admin(
    filled: psycopg.Connection, claims: str
) -> None:
    """So that the test before this one sees refusals that are due to the claims."""
    refused = {
        statement
        for statement, expected in REQUESTS.items()
        # record_calls says how many, and other people's roles are no secret to an admin.
        if request(filled, claims, statement) in ("42501", expected)
    }
    assert refused == set()


@pytest.mark.parametrize("role", ["perf_recorder", "perf_analyst", "anon"])
def test_claims_give_nothing_to_who_does_not_come_as_authenticated(
    filled: psycopg.Connection, role: str
) -> None:
    claims = json.dumps({"sub": ADMIN, "app_metadata": {"perf_role": "admin"}})
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        filled.transaction(force_rollback=True),
    ):
        filled.execute(f"set local role {role}".encode())
        filled.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        filled.execute("select perf.set_role_claim(null)")
