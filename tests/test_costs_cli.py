"""pgkit costs, prices and budgets: what people see, and which price lists are understood."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
import terminal

from pgkit import costs, prices

pytestmark = pytest.mark.once

LITELLM = {
    # As in its list: no model, and neither are its numbers.
    "sample_spec": {
        "litellm_provider": "one of https://docs.litellm.ai/docs/providers",
        "input_cost_per_token": 0.0,
        "mode": "one of: chat, embedding",
    },
    "gpt-4o": {
        "litellm_provider": "openai",
        "mode": "chat",
        "max_tokens": 16384,
        "input_cost_per_token": 2.5e-06,
        "cache_read_input_token_cost": 1.25e-06,
        "output_cost_per_token": 1e-05,
        "input_cost_per_token_batches": 1.25e-06,
    },
    "azure/gpt-4o": {
        "litellm_provider": "azure",
        "mode": "chat",
        "input_cost_per_token": 2.75e-06,
        "output_cost_per_token": 1.1e-05,
        "cache_creation_input_token_cost": 3e-06,
    },
    "gemini-2.5-pro": {
        "litellm_provider": "vertex_ai-language-models",
        "mode": "chat",
        "input_cost_per_token": 1.25e-06,
        "input_cost_per_token_above_200k_tokens": 2.5e-06,
        "output_cost_per_token": 1e-05,
        "output_cost_per_reasoning_token": 1.2e-05,
    },
    "amazon.nova-lite-v1:0": {
        "litellm_provider": "bedrock_converse",
        "mode": "chat",
        "input_cost_per_token": 6e-08,
        "output_cost_per_token": 2.4e-07,
    },
    "text-embedding-3-small": {
        "litellm_provider": "openai",
        "mode": "embedding",
        "input_cost_per_token": 2e-08,
    },
    "dall-e-3": {
        "litellm_provider": "openai",
        "mode": "image_generation",
        "output_cost_per_image": 0.04,
    },
    "whisper-1": {
        "litellm_provider": "openai",
        "mode": "audio_transcription",
        "input_cost_per_second": 0.0001,
        "output_cost_per_second": 0.0001,
    },
    "ollama/llama3": {
        "litellm_provider": "ollama",
        "mode": "chat",
        "input_cost_per_token": 0.0,
        "output_cost_per_token": 0.0,
    },
}
OPENROUTER = {
    "data": [
        {
            "id": "openai/gpt-4o",
            "name": "OpenAI: GPT-4o",
            "pricing": {
                "prompt": "0.0000025",
                "completion": "0.00001",
                "request": "0",
                "image": "0.003613",
                "web_search": "0",
                "internal_reasoning": "0",
                "input_cache_read": "0.00000125",
            },
        },
        {
            "id": "perplexity/sonar",
            "pricing": {"prompt": "0.000001", "completion": "0.000001", "request": "0.005"},
        },
        {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}},
        {"id": "meta/llama-3:free", "pricing": {"prompt": "0", "completion": "0"}},
    ]
}


def write(folder: Path, name: str, content: object) -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def in_book(database: str, book: str = "standard") -> dict[tuple[str, str | None], tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "select p.model_name, p.provider, p.input_price, p.output_price, p.cached_input_price,"
            " p.cache_write_price from perf.model_prices as p where p.book = %s",
            [book],
        ).fetchall()
    return {(model, provider): tuple(found) for model, provider, *found in rows}


def test_litellm_s_list_is_loaded(pgkit, database, tmp_path) -> None:
    file = write(tmp_path, "prices.json", LITELLM)
    done = pgkit("prices", "load", file, dsn=database)
    assert done.stdout == f"{file}, the list of LiteLLM: 5 new, 0 changed, 0 as before.\n"
    assert done.stderr.splitlines() == [
        "Left out: 2 priced by image, audio, time or page;"
        " 1 free of charge, or without a known price.",
        "Not modelled: 2 with other prices for long contexts, batches or priorities;"
        " 1 with another price for reasoning tokens, which count as output.",
    ]
    assert in_book(database) == {
        ("gpt-4o", "openai"): (2.5, 10, 1.25, None),
        ("azure/gpt-4o", None): (2.75, 11, None, 3),
        ("gemini-2.5-pro", "vertex_ai"): (1.25, 10, None, None),
        ("amazon.nova-lite-v1:0", "bedrock"): (0.06, 0.24, None, None),
        ("text-embedding-3-small", "openai"): (0.02, 0, None, None),
    }
    again = pgkit("prices", "load", file, dsn=database)
    assert again.stdout.endswith("0 new, 0 changed, 5 as before.\n")
    free = pgkit("prices", "load", file, "--free", "--book", "all", dsn=database)
    assert "6 new" in free.stdout
    assert in_book(database, "all")["ollama/llama3", None] == (0, 0, None, None)


def test_prices_that_are_not_modelled_are_named(pgkit, database, tmp_path) -> None:
    plain = {
        "litellm_provider": "gemini",
        "input_cost_per_token": 3e-07,
        "output_cost_per_token": 2.5e-06,
    }
    entries = {
        "gemini/text": plain | {"input_cost_per_audio_token": 3e-07},
        "gemini/audio": plain | {"input_cost_per_audio_token": 1e-06},
        "gemini/speech": plain | {"output_cost_per_second": 0.00025},
        "gemini/search": plain | {"search_context_cost_per_query": {"search_context_size_low": 1}},
        "gemini/long": plain | {"tiered_pricing": [{"range": [0, 128000]}]},
        "dashscope/qwen-flash": {
            "litellm_provider": "dashscope",
            "tiered_pricing": [{"range": [0, 256000], "input_cost_per_token": 5e-08}],
        },
    }
    done = pgkit("prices", "load", write(tmp_path, "prices.json", entries), dsn=database)
    assert done.stderr.splitlines() == [
        "Left out: 1 priced by the length of the context only.",
        "Not modelled: 2 with other prices for audio, images or video, whose tokens count as text;"
        " 1 with a price by request or search too;"
        " 1 with other prices for long contexts, batches or priorities.",
    ]


def test_openrouter_s_list_is_loaded(pgkit, database, tmp_path) -> None:
    file = write(tmp_path, "models.json", OPENROUTER)
    done = pgkit("prices", "load", file, dsn=database)
    assert done.stdout == f"{file}, the list of OpenRouter: 2 new, 0 changed, 0 as before.\n"
    assert done.stderr.splitlines() == [
        "Left out: 1 without a fixed price; 1 free of charge, or without a known price.",
        "Not modelled: 1 with a price by request or search too.",
    ]
    assert in_book(database) == {
        ("openai/gpt-4o", None): (2.5, 10, 1.25, None),
        ("perplexity/sonar", None): (1, 1, None, None),
    }


@pytest.mark.parametrize(
    "content",
    [
        "model_name,input_price,output_price,provider\na,0.15,0.6,x\nb,1,2,\n",
        "\ufeffmodel_name;input_price;output_price;provider\r\na;0.15;0.6;x\r\nb;1;2;\r\n",
        '{"model_name": "a", "input_price": 0.15, "output_price": 0.6, "provider": "x"}\n'
        '{"model_name": "b", "input_price": 1, "output_price": "2"}\n',
        [
            {"model_name": "a", "input_price": 0.15, "output_price": 0.6, "provider": "x"},
            {"model_name": "b", "input_price": 1, "output_price": 2},
        ],
    ],
    ids=["csv", "semicolons", "lines", "array"],
)
def test_lists_of_pgkit_s_own_are_loaded(pgkit, database, tmp_path, content) -> None:
    done = pgkit("prices", "load", write(tmp_path, "own", content), dsn=database)
    assert "2 new" in done.stdout, done.stderr
    assert in_book(database) == {
        ("a", "x"): (0.15, 0.6, None, None),
        ("b", None): (1, 2, None, None),
    }


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_what_list_prints_can_be_loaded(pgkit, database, tmp_path, form) -> None:
    pgkit("prices", "set", "a", "1", "2", "--cached", "0.5", "--provider", "x", dsn=database)
    pgkit("prices", "set", "b", "0", "0", "--free", "--currency", "EUR", dsn=database)
    printed = pgkit("prices", "list", *form, dsn=database).stdout
    done = pgkit("prices", "load", write(tmp_path, "f", printed), "--book", "copy", dsn=database)
    assert "2 new" in done.stdout, done.stderr
    assert in_book(database, "copy") == in_book(database)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "is no price list that pgkit knows"),
        ("{]", "is not JSON"),
        ('{"a": {"b": 1}}', "is no price list that pgkit knows"),
        ("model_name,input_price,output_price,color\na,1,2,red\n", 'there is no column "color"'),
        (
            "model_name,input_price,output_price\na,cheap,2\n",
            'input_price must be a number, got "cheap"',
        ),
        ("model_name,input_price,output_price\na,1,2\nb,1,-2\n", "prices[1]: output_price must be"),
    ],
)
def test_what_is_no_list_is_refused(pgkit, database, tmp_path, content, message) -> None:
    done = pgkit("prices", "load", write(tmp_path, "f", content), dsn=database)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert message in done.stderr
    assert in_book(database) == {}


def test_a_file_that_is_no_text_is_refused(tmp_path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(prices.Failure, match="is not UTF-8"):
        prices.read_prices(file)


@pytest.fixture
def called(database: str) -> str:
    """A call of a model with a price, and of one without."""
    with psycopg.connect(database) as connection:
        for model in ("acme/one", "other"):
            connection.execute(
                "select perf.record_call(%s, 'chat', 1, input_tokens => 1000000,"
                " output_tokens => 500000, cost => 4, call_timestamp => '2020-01-06 10:00+00')",
                [model],
            )
    return database


RANGE = ("--from", "2020-01-06", "--to", "2020-01-07")


def test_costs_fit_a_terminal_and_name_what_has_no_price(pgkit, called) -> None:
    pgkit("prices", "set", "acme/one", "1", "5", dsn=called)
    shown = terminal.show(called, "costs", *RANGE).splitlines()
    assert shown[0] == "3.50 USD; 2020-01-06 00:00 to 2020-01-07 00:00 UTC"
    assert shown[3].split() == [
        "acme/one",
        "3.50",
        "USD",
        "4.00",
        "1",
        "1,000,000",
        "500,000",
        "0.50",
    ]
    assert shown[4].split() == ["other", "4.00", "1", "1,000,000", "500,000"]
    assert max(map(len, shown)) <= 80
    done = pgkit("costs", *RANGE, dsn=called)
    assert (
        "No price, so no cost: 1 call of other. `pgkit prices missing` says more,"
        " `pgkit prices set MODEL INPUT OUTPUT` mends it." in done.stderr
    )
    missing = pgkit("prices", "missing", *RANGE, "--json", dsn=called)
    assert [row["model"] for row in json.loads(missing.stdout)] == ["other"]
    pgkit("prices", "set", "other", "1", "1", dsn=called)
    assert "No price" not in pgkit("costs", *RANGE, dsn=called).stderr


def test_costs_by_time_label_book_and_other_model(pgkit, called) -> None:
    pgkit("prices", "set", "acme/one", "1", "5", dsn=called)
    pgkit("prices", "set", "acme/one", "2", "2", "--book", "own", "--currency", "EUR", dsn=called)

    def ask(*arguments: str) -> list[tuple[Any, ...]]:
        done = pgkit("costs", *RANGE, *arguments, "--json", dsn=called)
        rows = json.loads(done.stdout)
        return [(row["group_labels"], row["list_cost"], row["currency"]) for row in rows]

    assert ask("--by", "all", "--model", "acme/one") == [({}, 3.5, "USD")]
    assert ask("--by", "tool", "--by", "provider", "--book", "own")[0] == (
        {"tool": "chat", "provider": "acme"},
        3,
        "EUR",
    )
    assert ask("--by", "all", "--as-model", "acme/one") == [({}, 7, "USD")]
    monthly = ask("--granularity", "monthly", "--tool", "chat")
    assert monthly[0] == ({"model": "acme/one"}, 3.5, "USD")
    refused = pgkit("costs", *RANGE, "--as-model", "none", dsn=called)
    assert refused.stderr.splitlines() == [
        'Error: there is no price of "none" for any provider in the book "standard"',
        "Hint: `pgkit prices list` lists those that have one.",
    ]
    nothing = pgkit("costs", "--from", "2021-01-01", "--to", "2021-01-02", dsn=called)
    assert nothing.stderr == "No calls from 2021-01-01 00:00 to 2021-01-02 00:00 UTC.\n"


def test_a_price_is_set_corrected_and_deleted(pgkit, database) -> None:
    done = pgkit("prices", "set", "m", "1", "2", dsn=database)
    assert done.stdout == "The price of m is set.\n"
    free = pgkit("prices", "set", "m", "0", "0", dsn=database)
    assert free.stderr.startswith("Error: --free must be true where all prices are 0")
    late = pgkit("prices", "set", "m", "1", "2", "--valid-from", "2020-01-06T10:30", dsn=database)
    assert late.stderr.startswith("Error: --valid-from must be a whole hour of UTC")
    assert pgkit("prices", "delete", "m", dsn=database).stdout == "Deleted 1 price.\n"
    gone = pgkit("prices", "delete", "m", dsn=database)
    assert (gone.returncode, gone.stderr.splitlines()) == (
        1,
        ['Error: there is no such price of "m"', "Hint: `pgkit prices list` lists all."],
    )
    none = pgkit("prices", "list", dsn=database)
    assert none.stderr == (
        'There is no price in the book "standard". `pgkit prices load` and `pgkit prices set` add'
        " some.\n"
    )
    none = pgkit("prices", "list", "m", dsn=database)
    assert none.stderr.startswith('There is no price of "m" in the book "standard".')


def test_prices_that_a_pipe_lists_can_be_loaded_again_without_a_change(
    pgkit, database, tmp_path
) -> None:
    given = ("prices", "set", "m", "0.1234567891", "1.4e-07", "--cached", "12345678.25")
    assert pgkit(*given, dsn=database).returncode == 0
    listed = tmp_path / "prices.csv"
    listed.write_text(pgkit("prices", "list", dsn=database).stdout)
    assert "\t0.1234567891\t12345678.25\t\t0.00000014\t" in listed.read_text()
    again = pgkit("prices", "load", listed, dsn=database)
    assert again.stdout.splitlines()[0].endswith("0 new, 0 changed, 1 as before."), again


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.00"), (1234.5, "1,234.50"), (0.0031, "0.0031"), (8.2e-05, "0.000082"), (None, "")],
)
def test_an_amount_has_no_exponent(amount, text) -> None:
    assert costs.money(amount) == text


def test_budgets_are_set_listed_and_deleted(pgkit, called) -> None:
    none = pgkit("budgets", "list", dsn=called)
    assert none.stderr == "There is no budget. `pgkit budgets set` adds one.\n"
    done = pgkit(
        *("budgets", "set", "all", "500", "--period", "weekly", "--zone", "Europe/Berlin"),
        *("--labels", '{"tool": "chat"}'),
        dsn=called,
    )
    assert done.stdout == "all is set.\n"
    (row,) = json.loads(pgkit("budgets", "list", "--json", dsn=called).stdout)
    assert (row["budget"], row["amount"], row["period"], row["spent"]) == ("all", 500, "weekly", 0)
    shown = terminal.show(called, "budgets", "list").splitlines()
    assert shown[3].split()[:5] == ["all", "ok", "0.00", "500.00", "USD"]
    wrong = pgkit("budgets", "set", "all", "5", "--labels", '{"color": 1}', dsn=called)
    assert wrong.stderr.startswith('Error: --labels must name labels of calls, got "color"')
    assert pgkit("budgets", "delete", "all", dsn=called).stdout == "Deleted all.\n"
    gone = pgkit("budgets", "delete", "all", dsn=called)
    assert gone.stderr.splitlines() == [
        'Error: there is no budget "all"',
        "Hint: `pgkit budgets list` lists them.",
    ]
