"""Read a connection string. Imports neither click nor rich, so that an application may use it."""

import re
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

DSN_HINT = (
    "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, special characters of the password as in"
    " %40 for @, or host=HOST dbname=DATABASE password='PASSWORD'. It is not shown here, because it"
    " may hold a password."
)
URI_SCHEMES = ("postgresql://", "postgres://")
# With another @, or a /, in the password libpq takes the rest of it for the host or the database,
# and shows that in its errors. By `?+` what is before an @ is never taken for the host here.
CLEAR_URI = re.compile(r"\w+://([^/@]*@)?+[^?@]*(\?.*)?", re.S)
# The network is noticed to be gone within two minutes.
KEEPALIVE = {"keepalives_idle": "60", "keepalives_interval": "15", "keepalives_count": "4"}


class UnreadableDsn(ValueError):
    """A connection string that libpq cannot read, or reads otherwise than it was meant."""

    def __init__(self) -> None:
        super().__init__(f"cannot read the connection string. {DSN_HINT}")


def read_dsn(dsn: str, **parameters: str) -> dict[str, Any]:
    """Return the connection parameters in `dsn`, with `parameters` put over them.

    What is wrong with it is not repeated, because that may be a part of the password.
    """
    try:
        given = conninfo_to_dict(dsn)
        is_clear = (
            (not dsn.startswith(URI_SCHEMES) or CLEAR_URI.fullmatch(dsn))
            and re.fullmatch(r"[\d,]*", str(given.get("port", "")))
            and "://" not in str(given.get("dbname", ""))
        )
    except (psycopg.ProgrammingError, ValueError):
        is_clear = False
    if not is_clear:
        raise UnreadableDsn from None
    encoding = {"client_encoding": "UTF8"}
    return {"fallback_application_name": "pgkit", **given, **encoding, **parameters}
