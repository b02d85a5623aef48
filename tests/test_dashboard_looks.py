"""What the panels of one look at a page share, and what they must not share."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier, Event

import httpx
import pytest
from dash import html
from dashboards import panel, serve, settle
from pipeline import wait_for

from pgkit.dashboard.ask import Database, Question, Rows, Viewer, ask
from pgkit.dashboard.looks import Looks
from pgkit.dashboard.plain import Plain, simplified
from pgkit.database import Failure

NOW = datetime(2026, 1, 5, tzinfo=UTC)
QUESTION = ask("get_workflows", max_rows=10)


def ticking() -> Callable[[], datetime]:
    """Return a clock that is a second later each time."""
    seconds = count()
    return lambda: NOW + timedelta(seconds=next(seconds))


def test_panels_that_ask_the_same_at_once_ask_once() -> None:
    look = Looks(ticking()).find(Viewer(), "/overview", 1)
    asked, all_wait, may_answer = [], Barrier(4), Event()

    def answer() -> Rows:
        asked.append(QUESTION)
        may_answer.wait(30)
        return [{"workflow": "a"}]

    def panel() -> Rows:
        all_wait.wait(30)
        return look.answer(QUESTION, answer)

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(panel) for _ in range(4)]
        may_answer.set()
        assert [one.result(30) for one in waiting] == [[{"workflow": "a"}]] * 4
    assert len(asked) == 1
    look.answer(ask("get_workflows", max_rows=11), answer)
    assert len(asked) == 2


def test_a_failure_reaches_every_panel_that_asked() -> None:
    look = Looks(ticking()).find(Viewer(), "/overview", 1)

    asked, may_fail = [], Event()

    def fail() -> Rows:
        asked.append(QUESTION)
        may_fail.wait(30)
        raise Failure("the database is gone", None)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(look.answer, QUESTION, fail)
        wait_for(lambda: bool(asked))
        second = pool.submit(look.answer, QUESTION, fail)
        wait_for(second.running)
        may_fail.set()
        for one in (first, second):
            with pytest.raises(Failure, match="is gone"):
                one.result(30)


def test_a_failure_is_not_told_to_who_asks_later() -> None:
    look = Looks(ticking()).find(Viewer(), "/overview", 1)

    def fail() -> Rows:
        raise Failure("the database is gone", None)

    with pytest.raises(Failure, match="is gone"):
        look.answer(QUESTION, fail)
    assert look.answer(QUESTION, lambda: [{"workflow": "a"}]) == [{"workflow": "a"}]


def test_a_look_is_of_one_viewer_at_one_thing() -> None:
    found = Looks(ticking())
    first = found.find(Viewer("authenticated", {"sub": "a"}), "/models", "", 1, 0, 0)
    assert found.find(Viewer("authenticated", {"sub": "a"}), "/models", "", 1, 0, 0) is first
    others = [
        found.find(viewer, *at)
        for viewer, at in (
            (Viewer("authenticated", {"sub": "b"}), ("/models", "", 1, 0, 0)),
            (Viewer("anon", {"sub": "a"}), ("/models", "", 1, 0, 0)),
            (Viewer(), ("/models", "", 1, 0, 0)),
            (Viewer("authenticated", {"sub": "a"}), ("/models", "?range=1h", 1, 0, 0)),
            (Viewer("authenticated", {"sub": "a"}), ("/models", "", 2, 0, 0)),
            # The next refresh, and after something was changed.
            (Viewer("authenticated", {"sub": "a"}), ("/models", "", 1, 1, 0)),
            (Viewer("authenticated", {"sub": "a"}), ("/models", "", 1, 0, 1)),
        )
    ]
    assert len({first.now, *(one.now for one in others)}) == 8


def test_who_looks_again_later_sees_what_is_there_then() -> None:
    found = Looks(ticking(), seconds=0)
    first = found.find(Viewer(), "/models")
    again = found.find(Viewer(), "/models")
    assert again is not first
    assert again.now > first.now
    assert len(found.found) == 1


def test_texts_and_boxes_are_one_component_and_what_moves_stays() -> None:
    button = html.Button("Send", id={"type": "submit", "name": "a", "key": ""})
    drawn = simplified(
        html.Div(
            [
                html.Table(html.Tr([html.Td("a"), html.Td(None), html.Td([1, html.B("b")])])),
                html.P(["before", button]),
                "text",
            ]
        )
    )
    assert isinstance(drawn, html.Div)
    first, second, third = drawn.children
    assert isinstance(first, Plain)
    assert first.tree == [
        "table",
        {},
        [["tr", {}, [["td", {}, ["a"]], ["td", {}, []], ["td", {}, [1, ["b", {}, ["b"]]]]]]],
    ]
    assert isinstance(second, html.P)
    assert second.children == ["before", button]
    assert third == "text"


class Counting(Database):
    """A database that notes what it is asked."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.asked: list[str] = []

    def answer(self, viewer: Viewer, question: Question, *, writes: bool = False) -> Rows:
        self.asked.append(repr(question))
        return super().answer(viewer, question, writes=writes)


@pytest.mark.once
def test_a_page_asks_each_question_once(database, connection, page) -> None:
    connection.execute("select perf.record_call('acme/one', 'chat', 5)")
    counting = Counting(database)
    with serve(counting) as address:
        settle(page, f"{address}/models?range=24h")
        assert "acme/one" in panel(page, "Comparison")
        page.goto("about:blank")
    assert len(counting.asked) > 10
    assert len(counting.asked) == len(set(counting.asked))


@pytest.mark.once
def test_a_page_asks_while_the_browser_still_loads_its_scripts(database) -> None:
    counting = Counting(database)
    with serve(counting) as address:
        # Whoever runs no scripts asks for nothing else.
        httpx.get(f"{address}/models?range=24h")
        wait_for(lambda: any("get_model_comparison" in one for one in counting.asked))
