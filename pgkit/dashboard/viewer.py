"""Who is looking: nobody in particular on loopback, or the user of a token.

A token comes in the header Authorization, as from a proxy, or in a cookie that the form at /login
sets. Its claims go into the transaction as PostgREST puts them there, with the role that the token
names. So row level security decides what it may see, and this module only checks the signature.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import jwt
from flask import Request

from pgkit.dashboard.ask import Viewer

COOKIE = "pgkit_token"
# Only these: a token must not choose one that needs no key, or a key of the other kind.
SHARED_ALGORITHMS = ["HS256", "HS384", "HS512"]
PUBLIC_ALGORITHMS = [f"{kind}{size}" for kind in ("RS", "PS", "ES") for size in (256, 384, 512)]
PUBLIC_ALGORITHMS.append("EdDSA")
SHORTEST_SECRET = 32
# How long keys are kept, and how long until a token with an unknown key has them fetched again.
KEYS_SECONDS, UNKNOWN_SECONDS = 300, 10
LONGEST_ROLE = 63
# How far the clock of an identity provider may be ahead, as for PostgREST.
SKEW_SECONDS = 30


class Denied(Exception):
    """There is no token, or one that is not good; the message says which."""


class Unavailable(Exception):
    """The keys cannot be fetched, so no token can be checked."""


class Keys:
    """The public keys at an address. Many tokens with unknown keys do not fetch them as often."""

    def __init__(self, url: str) -> None:
        self.client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=5)
        self.keys: Mapping[str | None, jwt.PyJWK] = {}
        self.fetched_at = self.tried_at = float("-inf")
        self.lock = threading.Lock()

    def get(self, name: str | None) -> jwt.PyJWK:
        """Return the key of a name; raises Denied, or Unavailable where there are no keys."""
        with self.lock:
            now = time.monotonic()
            age = KEYS_SECONDS if name in self.keys else UNKNOWN_SECONDS
            if now - self.fetched_at > age and (now - self.tried_at > UNKNOWN_SECONDS):
                self.tried_at = now
                try:
                    found = self.client.get_signing_keys()
                except (jwt.PyJWTError, json.JSONDecodeError, AttributeError, TypeError):
                    # The keys of before are good for as long as nobody can say otherwise.
                    logging.getLogger("pgkit").warning("cannot fetch keys", exc_info=True)
                else:
                    self.keys = {key.key_id: key for key in found}
                    self.fetched_at = now
            if not self.keys:
                raise Unavailable("the keys of tokens cannot be fetched")
        if name not in self.keys:
            raise Denied("the token is not good: its key is unknown")
        return self.keys[name]


class Tokens:
    """Checks tokens against a shared secret, or against the public keys at an address.

    `role` is the one of tokens that name none.
    """

    def __init__(
        self,
        secret: str | None = None,
        keys_url: str | None = None,
        audience: str | None = None,
        role: str | None = None,
        issuer: str | None = None,
    ) -> None:
        self.secret = secret
        self.issuer = issuer
        self.audience = audience
        self.role = role
        self.keys = Keys(keys_url) if keys_url else None

    def read(self, token: str) -> Viewer:
        """Return who the token names; raises Denied for one that is not good, or Unavailable."""
        try:
            if self.keys is not None:
                # A key takes no other algorithm than its own.
                key: Any = self.keys.get(jwt.get_unverified_header(token).get("kid"))
                algorithms = PUBLIC_ALGORITHMS
            else:
                key, algorithms = self.secret, SHARED_ALGORITHMS
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=algorithms,
                audience=self.audience,
                issuer=self.issuer,
                leeway=SKEW_SECONDS,
                options={"require": ["exp"], "verify_aud": self.audience is not None},
            )
            # A token may begin early, but does not last longer than it says.
            if int(claims["exp"]) <= time.time():
                raise jwt.ExpiredSignatureError
        except jwt.ExpiredSignatureError:
            raise Denied("the token has expired") from None
        except (jwt.PyJWTError, RecursionError, TypeError, ValueError) as error:
            # Of a token that is made to break it, PyJWT lets errors of Python through.
            said = error if isinstance(error, jwt.PyJWTError) else "it cannot be read"
            raise Denied(f"the token is not good: {said}") from None
        role = claims.get("role", self.role)
        if not isinstance(role, str) or not role:
            raise Denied("the token names no role")
        # `set role none` would give the rights of the connection.
        if role == "none" or not role.isprintable() or len(role.encode()) > LONGEST_ROLE:
            raise Denied("the token names something that is no role")
        return Viewer(role, claims)


class Gate(NamedTuple):
    """Lets requests in; without `tokens` all of them, with the rights of the connection."""

    tokens: Tokens | None = None

    def viewer(self, request: Request) -> Viewer:
        """Return who sent a request; raises Denied."""
        if self.tokens is None:
            return Viewer()
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            token = request.cookies.get(COOKIE, "")
        if not token:
            raise Denied("there is no token")
        return self.tokens.read(token.strip())
