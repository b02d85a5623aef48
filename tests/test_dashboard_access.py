"""Who may see and change what in the dashboard: real roles, tokens, requests and a real browser."""

import codecs
import http.client
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from dashboards import serve, settle
from playwright.sync_api import expect
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pgkit.dashboard import ask as asking
from pgkit.dashboard import viewer
from pgkit.dashboard.ask import Database, Viewer, ask
from pgkit.dashboard.pages import PAGES
from pgkit.dashboard.viewer import Denied, Tokens
from pgkit.database import Failure

pytestmark = pytest.mark.once

SECRET = "a secret of the tests, long enough"
USERS = {
    name: f"7d9f1c5e-1111-4222-8333-44445555000{number}"
    for number, name in enumerate(("admin", "analyst", "recorder", "stranger"))
}
PANEL = '{"name":["MATCH"],"type":"panel"}.children'


def token(
    user: str = "analyst", *, secret: str = SECRET, seconds: float = 600, **claims: Any
) -> str:
    said = {"role": "authenticated", "sub": USERS[user], "exp": time.time() + seconds, **claims}
    return jwt.encode(
        {name: value for name, value in said.items() if value is not None}, secret, "HS256"
    )


@pytest.fixture
def login(database: str, connection: psycopg.Connection) -> Iterator[str]:
    """A login that may be nobody but authenticated and anon, as the one of PostgREST."""
    name = f"dashboard_{uuid4().hex[:12]}"
    connection.execute(sql.SQL("create role {} login noinherit").format(sql.Identifier(name)))
    connection.execute(sql.SQL("grant authenticated, anon to {}").format(sql.Identifier(name)))
    for role in ("admin", "analyst", "recorder"):
        connection.execute("select perf.grant_role(%s, %s)", [USERS[role], role])
    yield make_conninfo(database, user=name)
    connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


@pytest.fixture
def guarded(login: str) -> Iterator[str]:
    """The address of a dashboard that wants tokens."""
    with serve(login, Tokens(SECRET)) as address:
        yield address


def client(address: str, bearer: str | None = None, **settings: Any) -> httpx.Client:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return httpx.Client(base_url=address, headers=headers, timeout=60, **settings)


def body_of(panel: str, search: str = "") -> dict[str, Any]:
    """What the browser sends to fill a panel."""
    name = {"type": "panel", "name": panel}
    return {
        "output": PANEL,
        "outputs": {"id": name, "property": "children"},
        "inputs": [
            {"id": "address", "property": "search", "value": search},
            {"id": "refresh", "property": "n_intervals", "value": 0},
            {"id": "changed", "property": "data", "value": 0},
        ],
        "state": [
            {"id": name, "property": "id", "value": name},
            {"id": "address", "property": "pathname", "value": f"/{panel.split('.')[0]}"},
            {"id": "window", "property": "data", "value": secrets.randbelow(2**53)},
            {"id": "refresh", "property": "n_intervals", "value": 0},
            {"id": "changed", "property": "data", "value": 0},
        ],
        "changedPropIds": ["address.search"],
    }


def fill(asked: httpx.Client, panel: str, search: str = "") -> str:
    """Return what a panel shows, as JSON."""
    answer = asked.post("/_dash-update-component", json=body_of(panel, search))
    assert answer.status_code == 200, answer.text
    # Without escapes: the answer writes a slash as \\u002f.
    return json.dumps(answer.json(), ensure_ascii=False)


def submit_body(asked: httpx.Client, action: str, key: str, **values: Any) -> dict[str, Any]:
    """What the browser sends for a form."""
    dependencies = asked.get("/_dash-dependencies").json()
    output = next(one["output"] for one in dependencies if "outcome" in one["output"])
    name = {"type": "submit", "name": action, "key": key}
    fields = [{"type": "field", "name": field} for field in values]
    return {
        "output": output,
        "outputs": [
            {"id": "dialog", "property": "opened"},
            {"id": {**name, "type": "outcome"}, "property": "children"},
            {"id": "said", "property": "children"},
            {"id": "changed", "property": "data"},
        ],
        "inputs": [{"id": name, "property": "n_clicks", "value": 1}],
        "state": [
            [
                {"id": field, "property": "value", "value": values[field["name"]]}
                for field in fields
            ],
            [{"id": field, "property": "id", "value": field} for field in fields],
            {"id": "changed", "property": "data", "value": 0},
        ],
        "changedPropIds": [
            json.dumps(dict(sorted(name.items())), separators=(",", ":")) + ".n_clicks"
        ],
    }


def submit(asked: httpx.Client, action: str, key: str, **values: Any) -> str:
    """Send a form, and return what the page says then."""
    body = submit_body(asked, action, key, **values)
    answer = asked.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.text


# How it listens.


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_anything_but_loopback_is_refused_without_tokens(pgkit, database, host) -> None:
    done = pgkit("dashboard", "--host", host, dsn=database)
    assert done.returncode == 1
    assert "Error: without --auth jwt all who reach" in done.stderr


def test_tokens_need_one_kind_of_key(pgkit, database, monkeypatch) -> None:
    monkeypatch.delenv("PGKIT_JWT_SECRET", raising=False)
    assert (
        "needs either PGKIT_JWT_SECRET" in pgkit("dashboard", "--auth", "jwt", dsn=database).stderr
    )
    monkeypatch.setenv("PGKIT_JWT_SECRET", "short")
    assert "at least 32 characters" in pgkit("dashboard", "--auth", "jwt", dsn=database).stderr
    assert (
        "needs either"
        in pgkit("dashboard", "--auth", "jwt", "--jwks", "http://127.0.0.1/", dsn=database).stderr
    )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("evil.example:8050", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.", 421),
        ("LOCALHOST", 200),
        ("[::1]:8050", 200),
        ("[::1", 400),
        ("127.0.0.1@evil.example", 400),
    ],
)
def test_a_name_that_an_attacker_gave_to_loopback_is_refused(dashboard, host, status) -> None:
    with client(dashboard) as asked:
        for path in ("/", "/health", "/_dash-layout", "/csv/health.checks/0"):
            assert asked.get(path, headers={"Host": host}).status_code == status, path


# Tokens.


def unsigned() -> str:
    return jwt.encode({"role": "authenticated", "exp": time.time() + 60}, None, "none")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: "", "there is no token"),
        (lambda: "nonsense", "the token is not good"),
        (lambda: token(secret="b" * 40), "the token is not good"),
        (unsigned, "the token is not good"),
        (lambda: token(seconds=-1), "the token has expired"),
        (lambda: token(exp=None), "the token is not good"),
        (lambda: token(role=None), "the token names no role"),
        (lambda: token(role=7), "the token names no role"),
        (lambda: token(role="none"), "the token names something that is no role"),
        (lambda: token(role="a\0b"), "the token names something that is no role"),
        (lambda: token(role="a" * 64), "the token names something that is no role"),
        (lambda: token(nbf=time.time() + 600), "the token is not good"),
        (lambda: token() + "x", "the token is not good"),
        (
            lambda: jwt.encode(
                {"role": "authenticated", "exp": time.time() + 60}, SECRET * 2, "HS512"
            ),
            "the token is not good",
        ),
    ],
)
def test_a_token_that_is_not_good_opens_nothing(guarded, made, said) -> None:
    with client(guarded) as asked:
        bearer = f"Bearer {made()}".strip()
        for headers in ({"Authorization": bearer}, {"Cookie": f"pgkit_token={made()}"}):
            answer = asked.get("/alerts?range=24h", headers=headers)
            assert (answer.status_code, said in answer.text) == (401, True)
            assert 'value="/alerts?range=24h"' in answer.text
            for path in ("/_dash-layout", "/_dash-dependencies", "/csv/health.checks/0"):
                assert asked.get(path, headers=headers).status_code == 401
            answer = asked.post(
                "/_dash-update-component", headers=headers, json=body_of("health.checks")
            )
            assert (answer.status_code, said in answer.text) == (401, True)


def test_a_token_comes_in_a_header_or_in_a_cookie(guarded) -> None:
    with client(guarded) as asked:
        for headers in (
            {"Authorization": f"Bearer {token()}"},
            {"Authorization": f"bearer {token()}"},
            {"Cookie": f"pgkit_token={token()}"},
        ):
            assert asked.get("/", headers=headers).status_code == 200
        # Browsers send these by themselves to a server that asked once.
        basic = {"Authorization": "Basic YTpi", "Cookie": f"pgkit_token={token()}"}
        assert asked.get("/", headers=basic).status_code == 200


def test_the_form_keeps_the_token_where_scripts_cannot_read_it(guarded) -> None:
    with client(guarded) as asked:
        assert asked.post("/login", data={"token": "nonsense"}).status_code == 401
        answer = asked.post("/login", data={"token": token(), "next": "/alerts?range=24h"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/alerts?range=24h")
        cookie = answer.headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert asked.get("/").status_code == 200
        answer = asked.post("/logout")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
        assert asked.get("/").status_code == 401
        far = asked.post("/login", data={"token": token()}, headers={"Host": "localhost"})
        assert "Secure" not in far.headers["Set-Cookie"]
        long = asked.post("/login", data={"token": token(more="x" * 5000)})
        assert (long.status_code, "a cookie holds" in long.text) == (401, True)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
        '/"><script>',
        "\\\\evil.example",
        "/\t/evil.example",
        "",
    ],
)
def test_the_form_leads_nowhere_else(guarded, target) -> None:
    with client(guarded) as asked:
        answer = asked.post("/login", data={"token": token(), "next": target})
        assert answer.status_code == 303
        assert answer.headers["Location"] in ("/", "/%22%3E%3Cscript%3E")
        assert "<script>" not in asked.post("/login", data={"token": "x", "next": target}).text


def test_without_tokens_there_is_no_form(dashboard) -> None:
    with client(dashboard) as asked:
        assert asked.get("/login").status_code == 404
        assert asked.post("/login", data={"token": token()}).status_code == 404


class KeyServer(ThreadingHTTPServer):
    """An identity provider as far as it publishes keys."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), KeyHandler)
        self.keys: Any = []
        self.asked = 0


class KeyHandler(BaseHTTPRequestHandler):
    server: KeyServer

    def do_GET(self) -> None:
        self.server.asked += 1
        text = json.dumps({"keys": self.server.keys}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[KeyServer]:
    with KeyServer() as opened:
        thread = threading.Thread(target=opened.serve_forever)
        thread.start()
        yield opened
        opened.shutdown()
        thread.join()


def public(key: Any, name: str, **more: str) -> dict[str, Any]:
    """A public key as a provider publishes it."""
    algorithm = (
        jwt.algorithms.RSAAlgorithm
        if isinstance(key, rsa.RSAPrivateKey)
        else jwt.algorithms.ECAlgorithm
        if isinstance(key, ec.EllipticCurvePrivateKey)
        else jwt.algorithms.OKPAlgorithm
    )
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": name, "use": "sig", **more}


def signed(key: Any, algorithm: str, name: str | None, **claims: Any) -> str:
    said = {"role": "authenticated", "sub": USERS["analyst"], "exp": time.time() + 60, **claims}
    return jwt.encode(said, key, algorithm, headers={"kid": name} if name else None)


def test_tokens_are_checked_with_published_keys(login, provider, monkeypatch) -> None:
    one, two = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    other = rsa.generate_private_key(65537, 2048)
    provider.keys = [public(one, "one"), public(two, "two")]
    pem = one.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    url = f"http://127.0.0.1:{provider.server_port}/keys"
    with serve(login, Tokens(keys_url=url, audience="pgkit")) as address, client(address) as asked:

        def status(bearer: str) -> int:
            return asked.get("/", headers={"Authorization": f"Bearer {bearer}"}).status_code

        assert status(signed(one, "RS256", "one", aud="pgkit")) == 200
        assert status(signed(two, "ES256", "two", aud="pgkit")) == 200
        assert status(signed(one, "RS256", "one", aud="other")) == 401
        assert status(signed(one, "RS256", "one")) == 401
        assert status(signed(other, "RS256", "one", aud="pgkit")) == 401
        # A key of another kind than the algorithm.
        assert status(signed(two, "ES256", "one", aud="pgkit")) == 401
        assert status(signed(one, "RS256", "two", aud="pgkit")) == 401
        # The public key as if it were a shared secret.
        head = {"alg": "HS256", "kid": "one"}
        said = {"role": "authenticated", "exp": time.time() + 60, "aud": "pgkit"}
        parts = [jwt.utils.base64url_encode(json.dumps(part).encode()) for part in (head, said)]
        mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        sign = jwt.utils.base64url_encode(mac.sign(b".".join(parts), pem))
        assert status(b".".join([*parts, sign]).decode()) == 401
        # Unknown keys do not have the provider asked each time.
        before = provider.asked
        assert [status(signed(other, "RS256", f"new {n}")) for n in range(20)] == [401] * 20
        assert status(signed(other, "RS256", None)) == 401
        assert provider.asked - before <= 1
        monkeypatch.setattr(viewer, "UNKNOWN_SECONDS", -1)
        provider.keys = [public(other, "three")]
        assert status(signed(other, "RS256", "three", aud="pgkit")) == 200
        assert status(signed(one, "RS256", "one", aud="pgkit")) == 401


@pytest.mark.parametrize(
    "algorithm",
    [
        *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
        *("ES256", "ES384", "ES512", "EdDSA"),
    ],
)
def test_each_algorithm_of_public_keys_is_taken(provider, algorithm) -> None:
    curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
    key = (
        ec.generate_private_key(curves[algorithm])
        if algorithm in curves
        else ed25519.Ed25519PrivateKey.generate()
        if algorithm == "EdDSA"
        else rsa.generate_private_key(65537, 2048)
    )
    # Providers publish other keys at the same address: for encryption, and of kinds nobody knows.
    other = rsa.generate_private_key(65537, 2048)
    provider.keys = [
        public(other, "one", use="enc", alg="RSA-OAEP"),
        {"kty": "AKP", "alg": "ML-DSA-44", "kid": "new", "pub": "eA"},
        public(key, "one", alg=algorithm),
    ]
    tokens = Tokens(keys_url=f"http://127.0.0.1:{provider.server_port}/keys", audience="pgkit")
    found = tokens.read(signed(key, algorithm, "one", aud=["account", "pgkit"]))
    assert found.role == "authenticated"


def test_a_token_of_another_issuer_is_refused() -> None:
    tokens = Tokens(SECRET, issuer="https://id.example.org")
    assert tokens.read(token(iss="https://id.example.org")).role == "authenticated"
    for claims in ({"iss": "https://other.example.org"}, {}):
        with pytest.raises(Denied, match="the token is not good"):
            tokens.read(token(**claims))


def test_a_provider_may_be_ahead_of_our_clock() -> None:
    now = time.time()
    for claim in ("iat", "nbf"):
        assert Tokens(SECRET).read(token(**{claim: now + 5})).role == "authenticated"
        with pytest.raises(Denied, match="not yet valid"):
            Tokens(SECRET).read(token(**{claim: now + 60}))
    with pytest.raises(Denied, match="expired"):
        Tokens(SECRET).read(token(seconds=-1))


def test_a_token_without_a_role_gets_the_one_of_the_option(login, connection) -> None:
    subject = "auth0|5f7c8ec7c33c6c004bbafe82"
    connection.execute("select perf.grant_role(subject => %s, role => 'analyst')", [subject])
    connection.execute("select perf.record_call('acme/secret', 'chat', 10)")
    tokens = Tokens(SECRET, role="authenticated")
    with serve(login, tokens) as address:
        with client(address, token(role=None, sub=subject)) as asked:
            assert "acme/secret" in fill(asked, "models.comparison", "?range=24h")
        with client(address, token(role=None, sub="auth0|other")) as asked:
            assert "acme/secret" not in fill(asked, "models.comparison", "?range=24h")
        # A role that the token does name stays.
        with client(address, token(role="anon", sub=subject)) as asked:
            assert "acme/secret" not in fill(asked, "models.comparison", "?range=24h")
    with pytest.raises(Denied, match="names no role"):
        tokens.read(token(role=7))


def test_keys_that_cannot_be_fetched_are_no_fault_of_the_token(login, provider) -> None:
    key = rsa.generate_private_key(65537, 2048)
    provider.keys = "nonsense"
    url = f"http://127.0.0.1:{provider.server_port}/keys"
    with serve(login, Tokens(keys_url=url)) as address, client(address) as asked:
        bearer = {"Authorization": f"Bearer {signed(key, 'RS256', 'one')}"}
        answer = asked.get("/", headers=bearer)
        assert answer.status_code == 503
        assert "keys of tokens cannot be fetched" in answer.text
        answer = asked.post("/login", data={"token": signed(key, "RS256", "one")})
        assert answer.status_code == 503


# Rights.


def test_row_level_security_decides_who_sees_what(guarded, connection) -> None:
    connection.execute("select perf.record_call('acme/secret', 'chat', 10)")
    search = "?range=24h"
    with client(guarded, token("analyst")) as asked:
        assert "acme/secret" in fill(asked, "models.comparison", search)
        assert "acme/secret" in asked.get(f"/csv/models.comparison/0{search}").text
    for user, claims in (
        ("recorder", {}),
        ("stranger", {}),
        ("analyst", {"sub": None}),
        ("admin", {"role": "anon"}),
        ("admin", {"role": "perf_admin"}),
        ("admin", {"role": "pg_read_all_data"}),
        ("admin", {"role": "no such role"}),
    ):
        with client(guarded, token(user, **claims)) as asked:
            # All panels for one of them is enough: all ask in the same way.
            for one in (
                PAGES if user == "stranger" else [page for page in PAGES if page.name == "models"]
            ):
                for panel in one.panels:
                    shown = fill(asked, f"{one.name}.{panel.key}", search)
                    assert "acme/secret" not in shown
                    is_denied = "permission denied" in shown or "must" in shown or "role" in shown
                    # A panel that still wants a choice has asked nothing. Of a table, row level
                    # security shows no row.
                    is_empty = "SQL and CSV" not in shown or "Nobody asked" in shown
                    assert is_denied or is_empty, (one.name, panel.key, shown)
            answer = asked.get(f"/csv/models.comparison/0{search}")
            assert answer.status_code == 400
            assert "acme/secret" not in answer.text


def test_an_analyst_reads_and_an_admin_writes(guarded, connection) -> None:
    values = {"matcher": "model=acme/one", "length": "1h", "reason": "planned"}
    with client(guarded, token("analyst")) as asked:
        said = submit(asked, "alerts.silence", "", **values)
        assert "The alerts are silenced" not in said
        assert "admin" in said
    count = "select count(*) from perf.alert_silences"
    assert connection.execute(count).fetchone() == (0,)
    with client(guarded, token("admin")) as asked:
        assert "The alerts are silenced" in submit(asked, "alerts.silence", "", **values)
    # The claims of the token are those that the database knows the caller by.
    assert connection.execute("select created_by from perf.alert_silences").fetchone() == (
        USERS["admin"],
    )


def test_what_reads_cannot_write(database, connection) -> None:
    made = Database(database)
    question = ask("register_model", model_name="acme/new")
    with pytest.raises(Failure, match="read-only transaction"):
        made.answer(Viewer(), question)
    made.answer(Viewer(), question, writes=True)
    made.pool.close()


def test_nothing_of_a_viewer_stays_in_the_session(login) -> None:
    made = Database(login, 1)
    look = "select current_user, session_user, current_setting('request.jwt.claims', true)"
    claims = {"role": "authenticated", "sub": USERS["analyst"]}
    rows = made.answer(Viewer("authenticated", claims), ask("get_alert_thresholds"))
    assert rows == []
    with pytest.raises(Failure):
        made.answer(Viewer("authenticated", {**claims, "sub": None}), ask("get_alert_thresholds"))
    with pytest.raises(Failure):
        made.answer(Viewer("perf_admin", claims), ask("get_alert_thresholds"))
    with made.pool.connection() as connection:
        current, session, left = connection.execute(look).fetchone()
    assert (current, left) == (session, "")
    with made.as_viewer(Viewer()) as connection:
        current, session, left = connection.execute(look).fetchone()
    assert (current, left) == (session, "")
    made.pool.close()


# What other sites and odd clients may try.


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ],
)
def test_another_site_cannot_write(guarded, headers, status) -> None:
    with client(guarded, token("admin")) as asked:
        body = body_of("health.checks")
        for answer, fine in (
            (asked.post("/_dash-update-component", json=body, headers=headers), 200),
            (asked.post("/login", data={"token": token()}, headers=headers), 303),
            (asked.post("/logout", headers=headers), 303),
        ):
            assert answer.status_code == (fine if status == 200 else 403)


def test_behind_a_proxy_people_log_in_also_where_it_gives_the_server_another_name(login) -> None:
    tokens = Tokens(SECRET)
    with serve(login, tokens, hosts=()) as address, client(address) as asked:
        # As nginx and Apache do without a setting for it, the server is called by its address.
        headers = {"Origin": "https://pgkit.example", "Sec-Fetch-Site": "same-origin"}
        answer = asked.post("/login", data={"token": token()}, headers=headers)
        assert answer.status_code == 303
        assert "Secure" in answer.headers["Set-Cookie"].split("; ")
        # Over HTTP a browser would drop the cookie, and ask for a token again and again.
        headers = {"Origin": "http://pgkit.example", "Host": "pgkit.example"}
        answer = asked.post("/login", data={"token": token()}, headers=headers)
        assert answer.status_code == 400
        assert "that they reach by https" in answer.text
        assert "Set-Cookie" not in answer.headers


def test_who_calls_the_server_by_another_name_is_told_which_option_helps(dashboard) -> None:
    with client(dashboard) as asked:
        answer = asked.get("/", headers={"Host": "pgkit.example"})
    assert answer.status_code == 421
    assert "This server is not called pgkit.example. --allow-host" in answer.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_callback_takes_json_only(guarded, kind) -> None:
    with client(guarded, token("admin")) as asked:
        answer = asked.post(
            "/_dash-update-component",
            content=json.dumps(body_of("health.checks")),
            headers={"Content-Type": kind},
        )
        assert answer.status_code == 415


def mutations(body: dict[str, Any]) -> Iterator[Any]:
    """Bodies that no page sends."""
    odd: list[Any] = [
        None,
        "",
        "x",
        1,
        -1,
        1e308,
        [],
        {},
        [[]],
        [{}],
        "\0",
        "\ud800",
        {"id": "x"},
        {"id": {"type": "panel"}, "property": "id"},
        True,
    ]
    yield from odd

    def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
        if not path:
            return by
        copy = dict(value) if isinstance(value, dict) else list(value)
        copy[path[0]] = replaced(value[path[0]], path[1:], by)
        return copy

    def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        if path:
            yield path
        inside = (
            value.items()
            if isinstance(value, dict)
            else (enumerate(value) if isinstance(value, list) else ())
        )
        for key, one in inside:
            yield from places(one, (*path, key))

    for path in places(body):
        for by in odd:
            yield replaced(body, path, by)


def test_no_body_that_is_made_up_is_a_fault_of_the_server(guarded) -> None:
    values = {"note": "x"}
    with client(guarded, token("admin")) as asked:
        bodies = [
            *mutations(body_of("alerts.open-alerts")),
            *mutations(submit_body(asked, "alerts.resolve", "1", **values)),
        ]
        for body in bodies:
            answer = asked.post(
                "/_dash-update-component",
                content=json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
            )
            assert answer.status_code < 500, body
            assert "Traceback" not in answer.text
            assert "has a fault" not in answer.text, body
        for body in (
            body_of("alerts.no-such-panel"),
            body_of("no-such-page.calls"),
            submit_body(asked, "alerts.no-such-action", ""),
            {**body_of("alerts.history"), "output": "no.such"},
            {**body_of("alerts.history"), "output": "titled.data"},
        ):
            answer = asked.post("/_dash-update-component", json=body)
            assert (answer.status_code, answer.text) == (400, "No page sends this.\n")
        for content in (b"{", b"[" * 100_000, b"\xff\xfe", b'{"a": NaN}', b""):
            answer = asked.post(
                "/_dash-update-component",
                content=content,
                headers={"Content-Type": "application/json"},
            )
            assert answer.status_code == 400


@pytest.mark.parametrize(
    "search",
    [
        "?range=no",
        "?from=x",
        "?to=0001-01-01",
        "?from=0001-01-01&to=0001-01-02",
        "?from=9999999w",
        "?model=%00",
        "?model=%FF",
        "?threshold=x",
        "?threshold=999999999999999999999",
        "?metric=no",
        "?severity=no",
        "?from=2020-01-01&to=2019-01-01",
        "?range=7d&to=9999-12-31",
        "?" + "a=1&" * 300,
    ],
)
def test_no_address_is_a_fault_of_the_server(guarded, search) -> None:
    with client(guarded, token("analyst")) as asked:
        for one in PAGES:
            for panel in one.panels:
                name = f"{one.name}.{panel.key}"
                answer = asked.post("/_dash-update-component", json=body_of(name, search))
                assert answer.status_code in (200, 204, 400), (name, answer.text)
                assert "has a fault" not in answer.text, (name, answer.text)
                assert asked.get(f"/csv/{name}/0{search}").status_code in (200, 400, 404), name


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("?model=%00", "the address holds a character that no text has"),
        ("?" + "a=1&" * 300, "the address cannot be read"),
    ],
)
def test_an_address_that_cannot_be_read_is_said_to_be_so(dashboard, page, search, said) -> None:
    settle(page, f"{dashboard}/health{search}")
    assert said in page.locator("main").inner_text()
    page.get_by_role("link", name="Alerts", exact=True).click()
    page.wait_for_url(f"{dashboard}/alerts")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
        "/assets/..%2fapp.py",
        "/assets/....//app.py",
        "/assets//etc/passwd",
        "/_dash-component-suites/dash/../../dash.py",
        "/_dash-component-suites/dash/%2e%2e/%2e%2e/dash.py",
        "/_dash-component-suites/os/path.py",
        "/_dash-component-suites/pgkit/database.py",
        "/csv/../assets/pgkit.css",
        "/csv/health.checks/-1",
        "/csv/health.checks/99999999999999999999",
        "/csv/%2e%2e%2fetc%2fpasswd/0",
    ],
)
def test_no_path_leads_out_of_the_assets(dashboard, path) -> None:
    address = httpx.URL(dashboard)
    connection = http.client.HTTPConnection(address.host, address.port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    # A page of the dashboard is made by its scripts, so each address is answered with them.
    assert answer.status == 404 or "The dashboard needs JavaScript." in text, text[:300]
    assert "import " not in text
    assert "root:" not in text


def test_a_huge_body_is_refused(guarded) -> None:
    with client(guarded, token("admin")) as asked:
        for path in ("/_dash-update-component", "/login"):
            answer = asked.post(path, content=b"x" * (2 * 1024 * 1024))
            assert answer.status_code == 413


def test_a_spreadsheet_runs_nothing_from_a_csv(dashboard, connection) -> None:
    connection.execute(
        "select perf.create_alert_silence('{\"model\": \"a\"}', now() + interval '1 hour', %s)",
        ['=HYPERLINK("http://evil.example","x")'],
    )
    with client(dashboard) as asked:
        answer = asked.get("/csv/alerts.silences/0")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert (
        answer.headers["Content-Disposition"]
        == 'attachment; filename="alerts.silences-get_alert_silences-1.csv"'
    )
    assert "\"'=HYPERLINK(" in answer.text


def test_excel_reads_names_in_any_script_from_a_csv(dashboard, connection) -> None:
    connection.execute("select perf.record_call('größte/模型', 'chat', 10)")
    with client(dashboard) as asked:
        answer = asked.get("/csv/models.comparison/0?range=24h")
    assert answer.content.startswith(codecs.BOM_UTF8)
    assert "größte/模型" in answer.content.decode("utf-8-sig")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_each_beginning_of_a_formula_is_made_text(start) -> None:
    assert asking.cell(f"{start}1+1") == f"'{start}1+1"
    assert asking.cell(-1.5) == "-1.5"


# What the browser may do.


def test_html_holds_no_data_and_no_scripts_of_its_own(guarded) -> None:
    with client(guarded, token("analyst")) as asked:
        answer = asked.get("/alerts?model=<script>alert(1)</script>")
        policy = answer.headers["Content-Security-Policy"]
        assert "'unsafe-eval'" not in policy
        assert "script-src 'self'" in policy
        assert "alert(1)" not in answer.text
        assert USERS["analyst"] not in answer.text
        for path in ("/health", "/login", "/csv/health.checks/0", "/assets/pgkit.css"):
            found = asked.get(path).headers
            assert found["Content-Security-Policy"] == policy
            assert found["X-Content-Type-Options"] == "nosniff"
            assert found["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_browser_keeps_to_the_policy(dashboard, connection, browser) -> None:
    connection.execute("select perf.record_call('<img src=x onerror=alert(1)>', 'chat', 10)")
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(
        "window.broken = []; document.addEventListener('securitypolicyviolation',"
        " event => window.broken.push(event.violatedDirective + ' ' + event.blockedURI))"
    )
    for one in PAGES:
        page.goto(f"{dashboard}/{one.name}?range=24h")
        settle(page)
        assert page.evaluate("window.broken") == []
    page.evaluate(
        "() => { const made = document.createElement('script'); made.text = 'window.ran = 1';"
        " document.body.append(made); }"
    )
    assert page.evaluate("window.ran") is None
    page.wait_for_function("() => window.broken.length == 1")
    context.close()


def test_a_person_logs_in_and_out_and_is_told_that_the_token_has_expired(guarded, browser) -> None:
    context = browser.new_context()
    page = context.new_page()

    def log_in(bearer: str) -> None:
        page.get_by_label("Token (JWT)").fill(bearer)
        page.get_by_role("button", name="Log in").click()

    page.goto(f"{guarded}/health?range=24h")
    log_in(token("analyst"))
    settle(page)
    assert page.url == f"{guarded}/health?range=24h"
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{guarded}/login")
    page.goto(f"{guarded}/models?range=24h")
    log_in(token("analyst", seconds=4))
    end = (time.time() + 4.5) * 1000
    page.wait_for_function(f"() => Date.now() > {end}")
    # On a busy machine what the page still asks for has led to the form already.
    button = page.get_by_text("30d", exact=True)
    if button.count():
        button.click()
    page.get_by_label("Token (JWT)").wait_for()
    assert "the token has expired" in page.locator("main").inner_text()
    log_in(token("analyst"))
    settle(page)
    assert page.url.startswith(f"{guarded}/models?")
    context.close()


def test_there_is_no_way_out_where_nobody_logged_in(dashboard, page) -> None:
    page.goto(f"{dashboard}/health")
    settle(page)
    assert page.get_by_role("button", name="Log out").count() == 0


def test_it_is_served_below_a_path(login, browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda one: one.status >= 404 and faults.append(f"{one.status} {one.url}"))
    with serve(login, Tokens(SECRET), prefix="/tools/pgkit") as address:
        page.goto(f"{address}/health?range=24h")
        page.get_by_label("Token (JWT)").fill(token("analyst"))
        page.get_by_role("button", name="Log in").click()
        settle(page)
        assert page.url == f"{address}/health?range=24h"
        assert page.title() == "Health · pgkit"
        (cookie,) = context.cookies()
        assert cookie["path"] == "/tools/pgkit"
        page.get_by_role("region", name="Checks").get_by_text("SQL and CSV").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV of").first.click()
        assert download.value.url.startswith(f"{address}/csv/health.")
        page.get_by_role("navigation").get_by_role("link", name="Models").click()
        settle(page)
        expect(page).to_have_url(f"{address}/models?range=24h")
        expect(page).to_have_title("Models · pgkit")
        settle(page, address)
        expect(page).to_have_title("Overview · pgkit")
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url(f"{address}/login")
        # A proxy that takes the path off is answered alike.
        bare = address.removesuffix("/tools/pgkit")
        with client(bare, token("analyst")) as asked:
            for path in ("/models", "/tools/pgkit/models"):
                assert 'src="/tools/pgkit/_dash-component' in asked.get(path).text
            answer = asked.post("/login", data={"token": token(), "next": "//elsewhere.example"})
            assert answer.headers["Location"] == "/tools/pgkit/"
    context.close()
    assert faults == []


def test_the_page_says_which_database_it_shows_and_as_whom(guarded, database, page) -> None:
    name = conninfo_to_dict(database)["dbname"]
    page.set_extra_http_headers({"Authorization": f"Bearer {token('analyst')}"})
    settle(page, f"{guarded}/health")
    assert page.get_by_role("banner").get_by_text(f"{name} as authenticated").is_visible()


@pytest.mark.parametrize("prefix", ["pgkit", "/a b", "//x", "/../x"])
def test_a_prefix_that_is_no_path_is_refused(pgkit, database, prefix) -> None:
    done = pgkit("dashboard", "--prefix", prefix, dsn=database)
    assert done.returncode == 2
    assert "must be a path such as /pgkit" in done.stderr


# A database that is slow or gone.


class Door:
    """A port that leads to the server as long as it is open."""

    def __init__(self, dsn: str) -> None:
        parts = conninfo_to_dict(dsn)
        self.target = (str(parts["host"]), int(parts.get("port") or 5432))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.is_open = True
        self.sockets: list[socket.socket] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                here, _ = self.listener.accept()
            except OSError:
                return
            if not self.is_open:
                here.close()
                continue
            there = self.connect()
            self.sockets += [here, there]
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self.copy, args=(one, other), daemon=True).start()

    def connect(self) -> socket.socket:
        host, port = self.target
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        there = socket.socket(socket.AF_UNIX)
        there.connect(f"{host}/.s.PGSQL.{port}")
        return there

    def copy(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def shut(self) -> None:
        self.is_open = False
        for one in self.sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.shut()
        self.listener.close()


@contextmanager
def door(dsn: str) -> Iterator[Door]:
    made = Door(dsn)
    try:
        yield made
    finally:
        made.close()


def test_a_page_recovers_when_the_database_is_back(database, connection, monkeypatch) -> None:
    monkeypatch.setattr(asking, "WAIT_SECONDS", 2.0)
    connection.execute("select perf.record_call('acme/one', 'chat', 10)")
    with door(database) as way:
        dsn = make_conninfo(database, host="127.0.0.1", port=way.port, sslmode="disable")
        with serve(dsn) as address, client(address) as asked:
            search = "?range=24h"
            assert "acme/one" in fill(asked, "models.comparison", search)
            way.shut()
            shown = fill(asked, "models.comparison", search)
            assert "acme/one" not in shown
            assert "Is it running?" in shown or "connection" in shown
            assert "Traceback" not in shown
            answer = asked.get(f"/csv/models.comparison/0{search}")
            assert answer.status_code in (400, 503)
            way.is_open = True
            begin = time.monotonic()
            while "acme/one" not in fill(asked, "models.comparison", search):
                assert time.monotonic() - begin < 30
            print("recovered after", time.monotonic() - begin)


def test_who_clicks_again_while_the_database_is_slow_does_it_once(
    dashboard, connection, browser
) -> None:
    context = browser.new_context()
    page = context.new_page()
    settle(page, f"{dashboard}/alerts?range=24h")
    page.get_by_role("button", name="New silence").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Labels").fill("model=acme/one")
    dialog.get_by_role("textbox", name="Reason").fill("planned")
    button = dialog.get_by_role("button", name="Silence", exact=True)
    with connection.transaction():
        connection.execute("lock table perf.alert_silences in access exclusive mode")
        button.click()
        expect(button).to_be_disabled(timeout=4_000)
        button.evaluate("found => found.click()")
    page.get_by_text("The alerts are silenced.").wait_for()
    assert connection.execute("select count(*) from perf.alert_silences").fetchone() == (1,)
    context.close()


def test_a_page_says_when_nobody_answers_and_when_somebody_does_again(dashboard, browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    settle(page, f"{dashboard}/health")
    said = page.locator("#lost")
    expect(said).to_be_empty()
    context.set_offline(True)
    page.evaluate("window.dash_clientside.set_props('refresh', { n_intervals: 1 })")
    expect(said).to_contain_text("The dashboard does not answer since")
    context.set_offline(False)
    page.evaluate("window.dash_clientside.set_props('refresh', { n_intervals: 2 })")
    expect(said).to_be_empty()
    context.close()


def test_browsers_that_keep_connections_open_shut_nobody_out(dashboard) -> None:
    address = httpx.URL(dashboard)
    opened = []
    try:
        for _ in range(150):
            kept = http.client.HTTPConnection(address.host, address.port, timeout=30)
            kept.request("GET", "/alive")
            assert kept.getresponse().read() == b"ok"
            opened.append(kept)
    finally:
        for kept in opened:
            kept.close()


def test_a_slow_database_is_said_to_be_slow(database, connection, monkeypatch) -> None:
    monkeypatch.setattr(asking, "STATEMENT_SECONDS", 1)
    with serve(database) as address, client(address) as asked, connection.transaction():
        connection.execute("lock table perf.performance_alert_thresholds in access exclusive mode")
        shown = fill(asked, "alerts.thresholds")
        assert "the database took more than 1 seconds" in shown
        assert "Choose a shorter range" in shown
