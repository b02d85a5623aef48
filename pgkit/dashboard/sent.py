"""What a browser may send to a callback: Dash itself takes a body apart without looking."""

import json
import math
from collections.abc import Container, Mapping, Sequence
from typing import Any

from dash._utils import split_callback_id, stringify_id

# For each type of components, the names that there are.
Names = Mapping[str, Container[str]]


def is_sent_by_a_page(body: Any, callbacks: Mapping[str, Any], names: Names) -> bool:
    """Whether a body names a callback, its properties, and panels and actions that exist."""
    output = body.get("output") if isinstance(body, dict) else None
    callback = callbacks.get(output) if isinstance(output, str) else None
    if not isinstance(output, str) or callback is None or callback.get("callback") is None:
        return False
    sent = []
    for part, wanted in (("inputs", callback["inputs"]), ("state", callback["state"])):
        given = body.get(part, [])
        if not are_of(given, wanted, names):
            return False
        sent += flat(given)
    asked = split_callback_id(output)
    outputs = body.get("outputs")
    changed = body.get("changedPropIds", [])
    properties = {f"{stringify_id(one['id'])}.{one['property']}" for one in sent}
    return (
        all(is_value(one) for one in sent)
        and isinstance(changed, list)
        and all(isinstance(one, str) and one in properties for one in changed)
        and are_of(
            outputs if isinstance(asked, list) else [outputs],
            asked if isinstance(asked, list) else [asked],
            names,
        )
    )


def are_of(given: Any, wanted: Sequence[Mapping[str, Any]], names: Names) -> bool:
    """Whether properties are those that a callback has, one by one."""
    if not isinstance(given, list) or len(given) != len(wanted):
        return False
    return all(
        isinstance(one, list) == takes_many(each)
        and all(is_of(found, each, names) for found in flat([one]))
        for one, each in zip(given, wanted, strict=True)
    )


def is_of(given: Any, wanted: Mapping[str, Any], names: Names) -> bool:
    """Whether this is the property that a callback has, of something that there is."""
    if not isinstance(given, dict) or not isinstance(given.get("property"), str):
        return False
    # What two callbacks write has a suffix in one of them; browsers send it, or leave it out.
    if given["property"] not in (wanted["property"], wanted["property"].split("@")[0]):
        return False
    name, found = wanted["id"], given.get("id")
    if not name.startswith("{"):
        return bool(found == name)
    pattern = json.loads(name)
    return (
        isinstance(found, dict)
        and found.keys() == pattern.keys()
        and all(
            is_text(found[key]) if isinstance(pattern[key], list) else found[key] == pattern[key]
            for key in pattern
        )
        and (found["type"] not in names or found["name"] in names[found["type"]])
    )


def takes_many(wanted: Mapping[str, Any]) -> bool:
    """Whether a callback has a property of all components that match a pattern."""
    return wanted["id"].startswith("{") and ["ALL"] in json.loads(wanted["id"]).values()


def is_value(given: Mapping[str, Any]) -> bool:
    """Whether a control of ours can have the value of a property."""
    name, value = given["property"], given.get("value")
    if name in ("pathname", "search") or given["id"] == "shown":
        return value is None or is_text(value)
    if name == "data" and isinstance(value, dict):
        # The form that a button asks for, and when.
        return (
            value.keys() == {"name", "key", "at"}
            and all(is_text(value[part]) for part in ("name", "key"))
            and given["id"] == "asked"
        )
    if name in ("n_clicks", "n_intervals", "data"):
        return value is None or (isinstance(value, int) and 0 <= value < 2**53)
    if name == "id":
        return bool(value == given["id"])
    if isinstance(value, list):
        return all(is_text(one) for one in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < 2**63
    return value is None or is_text(value)


def is_text(value: Any) -> bool:
    """Whether PostgreSQL can hold a text."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def flat(given: Sequence[Any]) -> list[Any]:
    """Return properties, those of a pattern one by one."""
    return [one for each in given for one in (each if isinstance(each, list) else [each])]
