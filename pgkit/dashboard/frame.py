"""What a page is made of: filters, panels that ask and draw, and actions that change something.

A panel is a generator: it yields questions, gets the rows of each, and returns what to draw. So the
frame knows what a panel asked: it shows the same calls as SQL, and their rows as CSV.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from pgkit.dashboard.ask import Answered, Asking, Question
from pgkit.dashboard.charts import Node
from pgkit.dashboard.plain import simplified
from pgkit.dashboard.state import State

# Of a choice: what the address says, and what people read.
Choices = list[tuple[str, str]]


class Panel(NamedTuple):
    """A part of a page. `span` is its width in columns of 12, `height` that of its placeholder."""

    title: str
    draw: Callable[[State], Asking[Node]]
    help: str = ""
    span: int = 12
    height: int = 260
    # Whether it asks again every minute; not for what takes the database seconds.
    is_fresh: bool = True

    @property
    def key(self) -> str:
        """The name of the panel in addresses."""
        return self.draw.__name__.replace("_", "-")


class Filter(NamedTuple):
    """A choice above the panels, kept in the address under its name."""

    name: str
    title: str
    choices: Callable[[State], Asking[Choices]]
    is_multiple: bool = False
    # What panels take where the address says nothing; shown as the placeholder.
    placeholder: str = "all"
    # "choice" of what there is, or a "time".
    kind: str = "choice"


class Action(NamedTuple):
    """Something that changes data: a form of fields, and the call that they are arguments of.

    `fields` gets the key of what is changed, such as the id of an alert. `call` gets it with the
    values of the fields, and raises ValueError for what cannot be sent.
    """

    title: str
    fields: Callable[[str], Asking[list[Component]]]
    call: Callable[[str, Mapping[str, Any]], Question]
    # What to say when it is done, or a function of the key and the values that returns it.
    done: str | Callable[[str, Mapping[str, Any]], str]
    button: str
    is_dangerous: bool = False


class Page(NamedTuple):
    """A page of the dashboard."""

    name: str
    title: str
    panels: Sequence[Panel]
    filters: Sequence[Filter] = ()
    actions: Mapping[str, Action] = {}
    has_range: bool = True
    # Buttons above the panels: names of actions.
    buttons: Sequence[str] = ()
    # Whether any panel shows the period before the range.
    has_comparison: bool = False


def field(action: str) -> dict[str, str]:
    """Return the id of a field of the open form; its value reaches the call under this name."""
    return {"type": "field", "name": action}


def button(page: str, action: str, key: str, text: str, color: str = "blue") -> Component:
    """Return a button that opens the form of an action."""
    return html.Button(
        text,
        type="button",
        className=f"button {color}",
        **{"data-action": f"{page}.{action}", "data-key": key},
    )


def toast(text: str, number: int) -> Component:
    """Return what an action did; assets/pgkit.js takes it away after a while."""
    close = html.Button(type="button", className="dismiss", **{"aria-label": "Close message"})
    return html.Div([html.Span(text), close], key=str(number), className="toast")


def shell(page: Page, state: State) -> Component:
    """Return a page whose panels are still empty."""
    return html.Div(
        [
            dmc.Group(
                [
                    dmc.Title(page.title, order=1, size="h3", className="grows"),
                    *(
                        button(page.name, name, "", page.actions[name].title)
                        for name in page.buttons
                    ),
                ],
                mb="sm",
            ),
            html.Div(id="unreadable"),
            html.Div(id="filters"),
            html.Div([place(page, panel, state) for panel in page.panels], className="panels"),
        ]
    )


def place(page: Page, panel: Panel, state: State) -> Component:
    """Return the frame of a panel, with a placeholder for what comes."""
    name = f"{page.name}.{panel.key}"
    return dmc.Paper(
        html.Section(
            [
                html.H2(panel.title, id=f"title-{page.name}-{panel.key}"),
                *([html.P(panel.help, className="help")] if panel.help else []),
                html.Div(
                    html.Div(
                        dmc.Skeleton(height=panel.height), role="img", **{"aria-label": "Loading"}
                    ),
                    id={"type": "panel", "name": name},
                ),
            ],
            className="panel-inside",
            **{"aria-labelledby": f"title-{page.name}-{panel.key}"},
        ),
        withBorder=True,
        p="md",
        className="panel",
        style={"--span": str(panel.span)},
    )


def filled(drawn: Node, answered: Answered, name: str, state: State) -> Component:
    """Return what a panel shows: what it drew, its rows as CSV, and its calls as SQL."""
    if not answered:
        return html.Div(simplified(drawn))
    content = html.Div(drawn)
    name_tables(content, name)
    names = Counter(question.name for question, rows in answered if rows)
    links: list[Component | str] = []
    for index, (question, rows) in enumerate(answered):
        if rows:
            links.append(
                html.A(
                    f"CSV of {question.name}"
                    + (f" ({index + 1})" if names[question.name] > 1 else ""),
                    href=f"{state.prefix}/csv/{name}/{index}{state.search()}",
                    download="",
                    className="link",
                )
            )
            links.append(" ")
    text = "\n\n".join(question.text() for question, _ in answered)
    return html.Div(
        simplified(
            [
                content,
                html.Details(
                    [
                        html.Summary("SQL and CSV"),
                        html.Pre(html.Code(text), tabIndex=0),
                        html.Div(
                            [
                                html.Button("Copy", type="button", className="button blue copy"),
                                " ",
                                *links,
                            ]
                        ),
                    ]
                ),
            ]
        )
    )


def name_tables(content: Component, name: str) -> None:
    """Give the tables of a panel its title as their name, for screen readers."""
    place = name.replace(".", "-")
    found = [one for one in content._traverse() if getattr(one, "className", "") == "scrolls"]
    for index, one in enumerate(found, 1):
        one.id = f"table-{place}-{index}"
        setattr(one, "aria-labelledby", f"title-{place} {one.id}")
        if len(found) > 1:
            setattr(one, "aria-label", f"table {index}")


def choice(one: Filter, choices: Choices, state: State) -> Component:
    """Return the control of a filter."""
    settings: dict[str, Any] = {
        "id": {"type": "filter", "name": one.name},
        "label": one.title,
        "placeholder": one.placeholder,
        "size": "xs",
        "className": "filter",
    }
    value = state.get(one.name)
    if one.kind == "time":
        return dmc.DateTimePicker(
            value=value.replace("T", " ") or None,
            valueFormat="YYYY-MM-DD HH:mm",
            clearable=True,
            **settings,
        )
    # What the address names stays chosen, also where there is none of it in the range.
    given = state.all(one.name)
    shown = {**{name: name for name in given}, **dict(choices)}
    data = [{"value": value, "label": label} for value, label in shown.items()]
    settings |= {"data": data, "clearable": True, "searchable": True}
    if one.is_multiple:
        return dmc.MultiSelect(value=given, **settings)
    return dmc.Select(value=value or None, **settings)


def link_to(state: State, page: str, text: str, **changes: Any) -> Component:
    """Return a link to a page over the same range."""
    return html.A(text, href=state.href(page, **changes), className="link")
