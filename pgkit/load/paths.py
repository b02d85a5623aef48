"""Follow a path such as `usage.input` into JSON."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

Row = Sequence[Any]
Getter = Callable[[Row], Any]


def follow(column: int, steps: tuple[str, ...]) -> Getter:
    """Return what follows the steps into the JSON of a column, fast where they are all keys."""
    # Each step with the way from there, and keys with dots that may stand in its place.
    ways = [
        (
            steps[place:],
            step,
            [(".".join(steps[place:end]), steps[end:]) for end in range(place + 2, len(steps) + 1)],
        )
        for place, step in enumerate(steps)
    ]

    def get(row: Row) -> Any:
        value = row[column]
        for way, step, dotted in ways:
            if type(value) is not dict:
                return None if value is None else reach(value, way)
            if step in value:
                value = value[step]
                continue
            for key, rest in dotted:
                if key in value:
                    return reach(value[key], rest)
            return None
        return value

    return get


def reach(value: Any, steps: tuple[str, ...]) -> Any:
    """Follow the steps into JSON, also into JSON in a text; nothing where they lead nowhere.

    A key may have dots itself. In an array a step is the number of an element, or its key or name.
    """
    if not steps:
        return value
    if type(value) is str and value[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if type(value) is list:
        if re.fullmatch(r"-?\d+", steps[0]):
            index = int(steps[0])
            return reach(value[index], steps[1:]) if -len(value) <= index < len(value) else None
        value = as_object(value)
    if type(value) is not dict:
        return None
    if steps[0] in value:
        found = reach(value[steps[0]], steps[1:])
        if found is not None:
            return found
    for end in range(2, len(steps) + 1):
        key = ".".join(steps[:end])
        if key in value:
            return reach(value[key], steps[end:])
    return None


def as_object(elements: list[Any]) -> dict[str, Any]:
    """Return an array of named elements as an object, such as the attributes of OpenTelemetry."""
    found = {}
    for element in elements:
        if type(element) is dict:
            if "key" in element:
                found[element["key"]] = unwrap(element.get("value"))
            elif "name" in element:
                found.setdefault(element["name"], element)
    return found


def unwrap(value: Any) -> Any:
    """Return a value of OTLP/JSON without its type: `{"intValue": "420"}` is 420."""
    if type(value) is not dict or len(value) != 1:
        return value
    ((kind, inner),) = value.items()
    if kind == "intValue":
        return int(inner)
    if kind == "arrayValue":
        return [unwrap(element) for element in inner.get("values", [])]
    if kind == "kvlistValue":
        return as_object(inner.get("values", []))
    return inner if kind in ("stringValue", "boolValue", "doubleValue") else value
