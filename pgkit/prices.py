"""Read price lists: pgkit's own, LiteLLM's and OpenRouter's.

Where the layouts are from:
LiteLLM: https://github.com/BerriAI/litellm, model_prices_and_context_window.json, sample_spec.
OpenRouter: https://openrouter.ai/docs/api-reference/list-available-models, pricing.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from pgkit.database import Failure
from pgkit.output import quoted

Price = dict[str, Any]

MILLION = Decimal(1_000_000)
OWN_NUMBERS = ("input_price", "output_price", "cached_input_price", "cache_write_price")
OWN_KEYS = (*OWN_NUMBERS, "model_name", "provider", "currency", "valid_from", "is_free", "source")
# What `pgkit prices list` prints beside.
IGNORED_KEYS = ("valid_until",)
FORMATS = (
    "LiteLLM's list, OpenRouter's list, or CSV or JSON with model_name, input_price, output_price"
)
NOT_BY_TOKEN = "priced by image, audio, time or page"
TIERED = "priced by the length of the context only"
FREE = "free of charge, or without a known price"
VARYING = "without a fixed price"
TIERS = "with other prices for long contexts, batches or priorities"
MORE = "with a price by request or search too"
MEDIA = "with other prices for audio, images or video, whose tokens count as text"
REASONING = "with another price for reasoning tokens, which count as output"
TIER_ENDINGS = ("_batches", "_flex", "_priority")
MEDIA_PARTS = ("audio", "image", "video", "_per_second", "_per_character")
REQUEST_ENDINGS = ("_per_query", "_per_request")


class PriceList(NamedTuple):
    """The prices of a file, how many models are left out and why, and what is not modelled."""

    source: str
    prices: list[Price]
    left_out: Counter[str]
    notes: Counter[str]


def read_prices(path: Path, *, free: bool = False) -> PriceList:
    """Return the prices of a file, whose format its content tells.

    With `free` models that cost nothing are taken too. Raises Failure for a file that is no list.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(f"{path} is not UTF-8", f"pgkit knows {FORMATS}.") from None
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
    read = parse_json(path, text)
    if isinstance(read, dict) and any(is_litellm(entry) for entry in read.values()):
        return read_litellm(read, free=free)
    if isinstance(read, dict) and isinstance(read.get("data"), list):
        read = read["data"]
    if isinstance(read, list) and read and all(is_openrouter(entry) for entry in read):
        return read_openrouter(read, free=free)
    if isinstance(read, dict):
        read = [read]
    if read is None:
        read = parse_lines(path, text)
    return read_own(path, read)


def parse_json(path: Path, text: str) -> Any:
    """Return what a text of JSON says, with exact numbers; nothing for another text."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text, parse_float=Decimal)
    except RecursionError:
        raise Failure(f"{path} is nested too deeply") from None
    except ValueError as error:
        # An object a line is no JSON, but every line is.
        if text.lstrip().startswith("{") and "Extra data" in str(error):
            return None
        raise Failure(f"{path} is not JSON: {error}") from None


def parse_lines(path: Path, text: str) -> list[Any]:
    """Return the rows of CSV, or the objects of JSON lines."""
    if text.lstrip().startswith("{"):
        rows = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    rows.append(json.loads(line, parse_float=Decimal))
                except ValueError as error:
                    raise Failure(f"{path}, line {number}: not JSON: {error}") from None
        return rows
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def is_litellm(entry: object) -> bool:
    return isinstance(entry, dict) and "litellm_provider" in entry


def is_openrouter(entry: object) -> bool:
    return isinstance(entry, dict) and "id" in entry and isinstance(entry.get("pricing"), dict)


def read_litellm(entries: dict[str, Any], *, free: bool) -> PriceList:
    """Return the prices of LiteLLM's list.

    A name that begins with its provider is taken as it is. Another one is for its provider only.
    """
    found = PriceList("LiteLLM", [], Counter(), Counter())
    for name, entry in entries.items():
        if name == "sample_spec" or not isinstance(entry, dict):
            continue
        costs = {key: number(value) for key, value in entry.items() if "cost" in key}
        given = costs.get("input_cost_per_token")
        got = costs.get("output_cost_per_token")
        if got is None and entry.get("mode") in ("embedding", "rerank"):
            got = Decimal(0)
        if given is None or got is None:
            found.left_out[TIERED if entry.get("tiered_pricing") else NOT_BY_TOKEN] += 1
            continue
        provider = spell_provider(str(entry.get("litellm_provider") or ""))
        is_whole = not provider or name.lower().startswith(f"{provider}/")
        add(
            found,
            model_name=name,
            provider=None if is_whole else provider,
            input_price=given,
            output_price=got,
            cached_input_price=costs.get("cache_read_input_token_cost"),
            cache_write_price=costs.get("cache_creation_input_token_cost"),
            free=free,
        )
        found.notes.update(find_not_modelled(entry, costs))
    return found


def find_not_modelled(entry: dict[str, Any], costs: dict[str, Decimal | None]) -> set[str]:
    """Return what LiteLLM says of a model's price beside the prices of its text tokens."""
    notes = set()
    for key, value in entry.items():
        # A price by search is an object of several.
        if "cost" not in key or not value:
            continue
        side = "input" if "input" in key else "output"
        is_plain = costs[key] in (None, costs.get(f"{side}_cost_per_token"))
        if "_above_" in key or key.endswith(TIER_ENDINGS):
            notes.add(TIERS)
        elif key.endswith(REQUEST_ENDINGS):
            notes.add(MORE)
        elif any(part in key for part in MEDIA_PARTS) and not is_plain:
            notes.add(MEDIA)
        elif key == "output_cost_per_reasoning_token" and not is_plain:
            notes.add(REASONING)
    if entry.get("tiered_pricing"):
        notes.add(TIERS)
    return notes


def spell_provider(name: str) -> str:
    """Return a provider as calls have it: LiteLLM's list knows ways to call one by other names."""
    if name.startswith("vertex_ai"):
        return "vertex_ai"
    return name.removesuffix("_converse").removesuffix("_chat").removeprefix("text-completion-")


def read_openrouter(entries: Iterable[dict[str, Any]], *, free: bool) -> PriceList:
    """Return the prices of what OpenRouter answers to /api/v1/models."""
    found = PriceList("OpenRouter", [], Counter(), Counter())
    for entry in entries:
        costs = {key: number(value) for key, value in entry["pricing"].items()}
        given, got = costs.get("prompt"), costs.get("completion")
        if given is None or got is None:
            found.left_out[NOT_BY_TOKEN] += 1
        elif given < 0 or got < 0:
            found.left_out[VARYING] += 1
        else:
            add(
                found,
                model_name=str(entry["id"]),
                provider=None,
                input_price=given,
                output_price=got,
                cached_input_price=costs.get("input_cache_read") or None,
                cache_write_price=costs.get("input_cache_write") or None,
                free=free,
            )
            if costs.get("request"):
                found.notes[MORE] += 1
            if costs.get("internal_reasoning") not in (None, 0, got):
                found.notes[REASONING] += 1
    return found


def add(found: PriceList, *, free: bool, **price: Any) -> None:
    """Add a price per token to a list as one per million, or count it as left out."""
    is_free = not any(price[key] for key in OWN_NUMBERS)
    if is_free and not free:
        found.left_out[FREE] += 1
        return
    for key in OWN_NUMBERS:
        if price[key] is not None:
            price[key] = float(price[key] * MILLION)
    found.prices.append(price | {"is_free": is_free, "source": found.source})


def number(value: object) -> Decimal | None:
    """Return a number, or a text that is one, without loss; nothing for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def read_own(path: Path, rows: list[Any]) -> PriceList:
    """Return the prices of pgkit's own CSV or JSON, and of what `pgkit prices list` prints."""
    found = PriceList("", [], Counter(), Counter())
    for place, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not {"model", "model_name"} & set(row):
            raise Failure(f"{path} is no price list that pgkit knows", f"It knows {FORMATS}.")
        found.prices.append(dict(own_values(path, place, row)))
    return found


def own_values(path: Path, place: int, row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the keys and values of a row of pgkit's own list, as SQL takes them."""
    for key, value in row.items():
        name = "model_name" if key == "model" else key
        if name not in OWN_KEYS:
            if name in IGNORED_KEYS:
                continue
            raise Failure(
                f"{path}, price {place}: there is no column {quoted(str(name))}",
                f"There are {', '.join(sorted(OWN_KEYS))}.",
            )
        value = value.strip() if isinstance(value, str) else value
        if value in (None, ""):
            continue
        if name in OWN_NUMBERS:
            price = number(value)
            if price is None:
                raise Failure(
                    f"{path}, price {place}: {name} must be a number, got {quoted(str(value))}"
                )
            yield name, float(price)
        elif name == "is_free":
            yield name, value is True or str(value).lower() in ("yes", "true", "t", "1")
        else:
            yield name, value
