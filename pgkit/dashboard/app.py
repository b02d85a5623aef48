"""Put the pages into a web application: what the browser asks, and what it is told."""

import logging
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import dash
import dash_mantine_components as dmc
from dash import ALL, MATCH, ClientsideFunction, Input, Output, ctx, dcc, html
from dash import State as Held
from dash.development.base_component import Component
from dash.exceptions import DependencyException, InvalidResourceError, PreventUpdate
from flask import Flask, Response, abort, g, has_request_context, redirect, request
from markupsafe import escape

from pgkit.addresses import LOOPBACK
from pgkit.dashboard import frame
from pgkit.dashboard.ask import (
    Answered,
    Asking,
    Database,
    Question,
    Rows,
    Viewer,
    as_csv,
    follow,
)
from pgkit.dashboard.charts import Node, problem
from pgkit.dashboard.frame import Action, Page, Panel
from pgkit.dashboard.looks import Look, Looks
from pgkit.dashboard.pages import PAGES
from pgkit.dashboard.sent import is_sent_by_a_page
from pgkit.dashboard.state import PRESETS, State, Unreadable, read_state
from pgkit.dashboard.viewer import COOKIE, Denied, Gate, Unavailable
from pgkit.database import Failure

SECONDS_PER_REFRESH = 60
# Questions that are asked at once for pages whose scripts are still loading.
AHEAD = 1
SEE_LOG = "The log of pgkit dashboard says more."
# Browsers do not keep a cookie of more than 4096 characters, with its name and attributes.
LONGEST_COOKIE = 3900
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>{%metas%}<title>pgkit</title>{%favicon%}{%css%}
<link rel="preload" as="script" href="PREFIX/_dash-component-suites/dash_mantine_components/\
dash_mantine_components-charts-shared.js">
<link rel="preload" as="script" href="PREFIX/_dash-component-suites/dash_mantine_components/\
async-CompositeChart.js"></head>
<body><noscript>The dashboard needs JavaScript.</noscript>{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""
LOGIN = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in · pgkit</title>
<style>body {{ font-family: sans-serif; max-width: 40em; margin: 10vh auto; padding: 0 16px; }}
textarea {{ width: 100%; height: 8em; }}</style></head>
<body><main><h1>pgkit</h1><p>{said}</p>
<form method="post" action="{prefix}/login"><input type="hidden" name="next" value="{next}"><p>
<label for="token">Token (JWT)</label></p>
<p><textarea id="token" name="token" autocomplete="off" required></textarea></p>
<p><button>Log in</button></p></form></main></body>
</html>"""
Clock = Callable[[], datetime]


class Dashboard:
    """The application: pages over a database, for whoever the gate lets in."""

    def __init__(
        self,
        database: Database,
        gate: Gate,
        hosts: tuple[str, ...] = (),
        clock: Clock = lambda: datetime.now(UTC),
        prefix: str = "",
    ) -> None:
        self.database = database
        self.gate = gate
        self.clock = clock
        self.looks = Looks(clock)
        self.ahead = ThreadPoolExecutor(AHEAD, "ahead")
        # Names under which the server may be called; empty for any.
        self.hosts = hosts
        # What addresses begin with in the browser, such as "/pgkit", or nothing. The server below
        # takes it off, as some proxies do.
        self.prefix = prefix
        self.pages: Mapping[str, Page] = {page.name: page for page in PAGES}
        self.panels: dict[str, Panel] = {
            f"{page.name}.{panel.key}": panel for page in PAGES for panel in page.panels
        }
        self.actions: dict[str, Action] = {
            f"{page.name}.{name}": action for page in PAGES for name, action in page.actions.items()
        }
        self.server = Flask("pgkit")
        self.app = dash.Dash(
            "pgkit",
            server=self.server,
            title="pgkit",
            update_title="",
            assets_folder=str(files("pgkit").joinpath("dashboard", "assets")),
            index_string=INDEX.replace("PREFIX", prefix),
            routes_pathname_prefix="/",
            requests_pathname_prefix=f"{prefix}/",
            suppress_callback_exceptions=True,
            serve_locally=True,
            meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        )
        self.app.layout = self.layout
        self.listen()
        self.serve()

    # Who may come in, and what the browser may do.

    def serve(self) -> None:
        """Add what is not a page: the guard, headers, CSV, health and the form for a token."""
        server = self.server
        scripts = " ".join(self.app.csp_hashes())
        policy = (
            f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline';"
            " img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none';"
            " form-action 'self'; frame-ancestors 'none'"
        )

        @server.before_request
        def guard() -> Response | None:
            try:
                host = (urlsplit(f"//{request.host}").hostname or "").lower()
            except ValueError:
                host = ""
            if not host:
                abort(Response("The header Host cannot be read.", 400, mimetype="text/plain"))
            if self.hosts and host not in self.hosts:
                said = f"This server is not called {host}. --allow-host gives it more names.\n"
                abort(Response(said, 421, mimetype="text/plain"))
            if request.method not in ("GET", "HEAD", "OPTIONS"):
                check_origin()
            if request.path in ("/login", "/logout", "/alive") or request.path.startswith(
                ("/_dash-component-suites/", "/assets/", "/_favicon")
            ):
                return None
            try:
                g.viewer = self.gate.viewer(request)
            except Denied as denied:
                if request.path.startswith(("/_dash", "/csv/")):
                    abort(Response(str(denied), 401, mimetype="text/plain"))
                target = request.script_root + request.full_path
                return login_page(f"Please log in: {denied}.", 401, target)
            except Unavailable as error:
                abort(Response(f"{error}. Please try again.\n", 503, mimetype="text/plain"))
            if request.path == "/_dash-update-component":
                self.check_body()
            elif request.method == "GET":
                search = request.query_string.decode(errors="replace")
                self.prepare(self.prefix + request.path, f"?{search}" if search else "")
            return None

        @server.after_request
        def add_headers(response: Response) -> Response:
            # Dash sends its page, which says that there is no such page, for every address.
            rule = request.url_rule.rule if request.url_rule else ""
            name = request.path.strip("/")
            if rule == "/<path:path>" and name not in self.pages and response.status_code == 200:
                response.status_code = 404
            response.headers["Content-Security-Policy"] = policy
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Referrer-Policy"] = "same-origin"
            response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
            response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
            if not request.path.startswith(("/_dash-component-suites/", "/assets/")):
                response.headers["Cache-Control"] = "no-store"
            return response

        @server.errorhandler(DependencyException)
        @server.errorhandler(InvalidResourceError)
        def miss(_: Exception) -> Response:
            # An address below the scripts of Dash that names none of them.
            return Response("There is no such file.\n", 404, mimetype="text/plain")

        @server.errorhandler(500)
        def fail(_: Exception) -> Response:
            # Flask has written the traceback to the log.
            said = "The dashboard has a fault. The log of pgkit dashboard says more.\n"
            return Response(said, 500, mimetype="text/plain")

        @server.get("/alive")
        def alive() -> Response:
            return Response("ok", mimetype="text/plain")

        @server.get("/csv/<name>/<int:index>")
        def csv(name: str, index: int) -> Response:
            panel = self.panels.get(name)
            if panel is None:
                abort(404)
            try:
                search = request.query_string.decode(errors="replace")
                state = self.read(f"{self.prefix}/{name.partition('.')[0]}", search, self.clock())
                _, answered = self.follow(panel.draw(state))
                question, rows = answered[index]
            except IndexError:
                abort(404)
            except (Failure, Unreadable) as error:
                return Response(f"{error}\n", 400, mimetype="text/plain")
            # Excel takes a CSV without this mark for one in the encoding of its machine.
            response = Response("\ufeff" + as_csv(rows), mimetype="text/csv")
            response.headers["Content-Disposition"] = (
                f'attachment; filename="{name}-{question.name}-{index + 1}.csv"'
            )
            return response

        @server.get("/login")
        def show_login() -> Response:
            if self.gate.tokens is None:
                abort(404)
            return login_page("Paste the token that your identity provider gave you.", 200)

        @server.post("/login")
        def login() -> Response:
            token = request.form.get("token", "").strip()
            target = request.form.get("next", "")
            if self.gate.tokens is None:
                abort(404)
            try:
                self.gate.tokens.read(token)
                if len(token) > LONGEST_COOKIE:
                    raise Denied(f"a cookie holds {LONGEST_COOKIE} characters, it has {len(token)}")
            except Denied as denied:
                return login_page(f"That did not work: {denied}.", 401, target)
            except Unavailable as error:
                return login_page(f"That did not work: {error}. Please try again.", 503, target)
            if is_secure() and request.headers.get("Origin", "").startswith("http:"):
                said = "browsers keep the token only of a server that they reach by https"
                return login_page(f"That did not work: {said}.", 400, target)
            response = redirect(local(target), 303)
            response.set_cookie(
                COOKIE,
                token,
                httponly=True,
                samesite="Strict",
                secure=is_secure(),
                path=self.prefix or "/",
            )
            return response  # type: ignore[return-value]

        @server.post("/logout")
        def logout() -> Response:
            response = redirect(f"{self.prefix}/login", 303)
            response.delete_cookie(COOKIE, path=self.prefix or "/")
            return response  # type: ignore[return-value]

    def check_body(self) -> None:
        """Refuse what no page sends. Dash would fail at it as if it had a fault."""
        try:
            body = request.get_json()
        except RecursionError:
            body = None
        names = {
            "panel": self.panels,
            "nav": self.pages,
            **dict.fromkeys(("submit", "outcome"), self.actions),
        }
        if not is_sent_by_a_page(body, self.app.callback_map, names):
            abort(Response("No page sends this.\n", 400, mimetype="text/plain"))

    # What the pages ask and show.

    def prepare(self, path: str, search: str) -> None:
        """Ask what the panels of a page will ask, while the browser still loads its scripts.

        A browser needs longer for the scripts than the database for most answers. The look
        keeps them until the panels come.
        """
        found = self.find_page(path, search)
        if found is None:
            return
        window = secrets.randbelow(2**53)
        look = self.looks.find(g.viewer, path, search, window, 0, 0)
        page, state = found[0], found[1]._replace(now=look.now)
        self.looks.expect(g.viewer, (path, search), window)
        panels = (one.draw for one in page.panels if one.is_fresh)
        for ask in (*(one.choices for one in page.filters), *panels):
            self.ahead.submit(self.ask_ahead, g.viewer, look, ask(state))

    def ask_ahead(self, viewer: Viewer, look: Look, asking: Asking[Any]) -> None:
        """Ask what a panel asks. What fails is said by the panel, which asks again.

        Where many pages are asked for at once, those whose panels have come meanwhile are left.
        """
        if not look.is_over:
            with suppress(Exception):
                self.follow(asking, viewer, look)

    def follow(
        self, asking: Asking[Any], viewer: Viewer | None = None, look: Look | None = None
    ) -> tuple[Any, Answered]:
        """Drive a generator of questions, as the viewer and in the look of this request."""
        viewer = viewer or g.viewer
        look = look or g.get("look")

        def answer(question: Question) -> Rows:
            if look is None:
                return self.database.answer(viewer, question)
            return look.answer(question, lambda: self.database.answer(viewer, question))

        return follow(asking, answer)

    def state(self, path: str | None, search: str | None, *look: int) -> State:
        """Return what an address asks for; requests of one look share its time and answers."""
        g.look = self.looks.find(g.viewer, path, search, *look) if look else None
        return self.read(path, search, g.look.now if g.look else self.clock())

    def read(self, path: str | None, search: str | None, now: datetime) -> State:
        """Read an address of this server; raises Unreadable."""
        return read_state(path, search, now, self.prefix)

    def find_page(self, path: str, search: str) -> tuple[Page, State] | None:
        """Return the page at an address with what it asks for, if there is such a page."""
        try:
            state = self.read(path, search, self.clock())
        except Unreadable:
            return None
        page = self.pages.get(state.page)
        return (page, state) if page else None

    def readable(self, path: str | None, search: str | None) -> State:
        """Return what an address asks for, nothing where it cannot be read."""
        try:
            return self.state(path, search)
        except Unreadable:
            return self.state(path, None)

    def first_page(self) -> tuple[dict[str, Any], Node, int]:
        """Return the address that a browser comes from, the page there, and its window's number.

        A browser that does not tell gets the page a moment later.
        """
        window = secrets.randbelow(2**53)
        # Dash also asks for a layout by itself, for no viewer.
        if not has_request_context() or "viewer" not in g:
            return {}, None, window
        try:
            came = urlsplit(request.referrer or "")
        except ValueError:
            return {}, None, window
        if came.netloc != request.host:
            return {}, None, window
        path, search = came.path, f"?{came.query}" if came.query else ""
        found = self.find_page(path, search)
        if found is None:
            return {}, None, window
        window = self.looks.expected(g.viewer, (path, search)) or window
        return {"pathname": path, "search": search}, frame.shell(*found), window

    def layout(self) -> Component:
        """Return what every page has around it."""
        address, first, window = self.first_page()
        links = [
            html.Li(
                dmc.Anchor(
                    page.title, href=f"{self.prefix}/{name}", id={"type": "nav", "name": name}
                )
            )
            for name, page in self.pages.items()
        ]
        return dmc.MantineProvider(
            [
                dcc.Location(id="address", refresh=False, **address),
                dcc.Interval(id="refresh", interval=SECONDS_PER_REFRESH * 1000, n_intervals=0),
                dcc.Store(id="changed", data=0),
                # Tells the looks of one window from those of another.
                dcc.Store(id="window", data=window),
                # The page that is there already.
                dcc.Store(id="shown", data=address.get("pathname")),
                # The form that somebody asked for, by its button.
                dcc.Store(id="asked"),
                dcc.Store(id="titled"),
                dmc.Modal(
                    id="dialog",
                    opened=False,
                    children=[],
                    title="",
                    closeButtonProps={"aria-label": "Close"},
                ),
                html.A("Skip to content", href="#main", className="skip"),
                dmc.Box(
                    [
                        html.Header(
                            dmc.Group(
                                [
                                    dmc.Text("pgkit", fw=700, size="lg"),
                                    html.Nav(
                                        html.Ul(links, className="nav"),
                                        className="grows",
                                        **{"aria-label": "Pages"},
                                    ),
                                    html.Div(
                                        [
                                            self.whose(),
                                            html.Span(id="updated"),
                                            " ",
                                            html.Button(
                                                "Refresh now",
                                                type="button",
                                                className="button refresh",
                                            ),
                                        ],
                                        className="updated",
                                    ),
                                    dmc.ColorSchemeToggle(
                                        lightIcon="Dark",
                                        darkIcon="Light",
                                        color="gray",
                                        variant="subtle",
                                        w=60,
                                        **{"aria-label": "Change between dark and light"},
                                    ),
                                    *self.way_out(),
                                ],
                                align="start",
                            )
                        ),
                        html.Div(id="lost", role="alert"),
                        html.Div(id="said", role="status", **{"aria-live": "polite"}),
                        html.Main(first, id="main", tabIndex=-1),
                    ],
                    p="md",
                    maw=1400,
                    mx="auto",
                ),
            ],
            defaultColorScheme="auto",
        )

    def whose(self) -> Component:
        """Return which database is shown, and the role that decides what is seen."""
        try:
            name, user = self.database.whose()
        except Failure:
            # Each panel says why.
            return html.Span()
        role = g.viewer.role if has_request_context() and "viewer" in g else None
        return html.Span(f"{name} as {role or user}", className="whose")

    def way_out(self) -> list[Component]:
        """Return the button that forgets the token, where there is one."""
        if self.gate.tokens is None:
            return []
        leave = html.Button("Log out", type="submit", className="leave")
        return [html.Form(leave, method="post", action=f"{self.prefix}/logout")]

    def listen(self) -> None:
        """Answer the browser."""
        app = self.app
        look = (Held("window", "data"), Held("refresh", "n_intervals"), Held("changed", "data"))

        @app.callback(
            Output("main", "children"),
            Output("shown", "data"),
            Input("address", "pathname"),
            Held("shown", "data"),
        )
        def show_page(path: str | None, shown: str | None) -> tuple[Node, str | None]:
            if path is not None and path == shown:
                raise PreventUpdate
            state = self.state(path, None)
            page = self.pages.get(state.page)
            if page is None:
                said = f"There is no page {state.page!r}."
                return problem(said, "Choose one of the pages above."), path
            return frame.shell(page, state), path

        @app.callback(
            Output({"type": "nav", "name": ALL}, "href"),
            Output({"type": "nav", "name": ALL}, "aria-current"),
            Input("address", "pathname"),
            Input("address", "search"),
        )
        def mark_page(path: str | None, search: str | None) -> tuple[list[str], list[str | None]]:
            state = self.readable(path, search)
            return (
                [state.href(name) for name in self.pages],
                ["page" if name == state.page else None for name in self.pages],
            )

        app.clientside_callback(
            ClientsideFunction("pgkit", "title"),
            Output("titled", "data"),
            Input("address", "pathname"),
        )
        app.clientside_callback(
            ClientsideFunction("pgkit", "fade"),
            Output("titled", "data", allow_duplicate=True),
            Input("said", "children"),
            prevent_initial_call=True,
        )

        @app.callback(
            Output("unreadable", "children"),
            Output("filters", "children"),
            Input("address", "search"),
            Input("filters", "id"),
            Held({"type": "filter", "name": ALL}, "id"),
            Held({"type": "filter", "name": ALL}, "value"),
            Held("address", "pathname"),
            *look,
        )
        def show_filters(
            search: str | None,
            _: str,
            ids: list[dict[str, str]],
            values: list[Any],
            path: str | None,
            *seen: int,
        ) -> tuple[Node, Any]:
            try:
                state = self.state(path, search, *seen)
            except Unreadable as error:
                return problem(str(error), "Choose one of the pages above."), None
            page = self.pages.get(state.page)
            if page is None:
                raise PreventUpdate
            unreadable, controls = self.controls(page, state)
            if [one.id for one in controls] != ids:
                row = dmc.Group(controls, mb="md", gap="sm", align="end", className="filters")
                return unreadable, row
            # What is there stays: somebody may have opened one of them meanwhile. What they
            # chose there stays too, so only values that the address changes are sent.
            for one, value in zip(controls, values, strict=True):
                told = one.to_plotly_json()["props"]
                if (told["value"] or None) == (value or None):
                    del told["value"]
                dash.set_props(told.pop("id"), told)
            return unreadable, dash.no_update

        @app.callback(
            Output("address", "search"),
            Input({"type": "filter", "name": ALL}, "value"),
            Held("address", "pathname"),
            Held("address", "search"),
            prevent_initial_call=True,
        )
        def choose(_: list[Any], path: str | None, search: str | None) -> str:
            state = self.readable(path, search)
            changed = changes(ctx.inputs_list[0], state)
            found = state.search(**changed)
            if found == state.search():
                raise PreventUpdate
            return found

        @app.callback(
            Output({"type": "panel", "name": MATCH}, "children"),
            Input("address", "search"),
            Input("refresh", "n_intervals"),
            Input("changed", "data"),
            Held({"type": "panel", "name": MATCH}, "id"),
            Held("address", "pathname"),
            *look,
        )
        def fill(
            search: str | None, _: int, __: int, name: dict[str, str], path: str | None, *seen: int
        ) -> Node:
            try:
                state = self.state(path, search, *seen)
            except Unreadable as error:
                return problem(str(error), "Choose one of the pages above.")
            is_tick = ctx.triggered_id == "refresh"
            stays = state.get("to") or not self.panels[name["name"]].is_fresh
            if name["name"].partition(".")[0] != state.page or (is_tick and stays):
                raise PreventUpdate
            return self.fill(name["name"], state)

        @app.callback(
            Output("dialog", "opened"),
            Output("dialog", "title"),
            Output("dialog", "children"),
            Input("asked", "data"),
            prevent_initial_call=True,
        )
        def open_form(asked: dict[str, Any] | None) -> tuple[bool, str, Node]:
            if asked is None or asked["name"] not in self.actions:
                raise PreventUpdate
            name, key = asked["name"], asked["key"]
            return (True, self.actions[name].title, self.form(name, key))

        @app.callback(
            Output("dialog", "opened", allow_duplicate=True),
            Output({"type": "outcome", "name": MATCH, "key": MATCH}, "children"),
            Output("said", "children", allow_duplicate=True),
            Output("changed", "data"),
            Input({"type": "submit", "name": MATCH, "key": MATCH}, "n_clicks"),
            Held({"type": "field", "name": ALL}, "value"),
            Held({"type": "field", "name": ALL}, "id"),
            Held("changed", "data"),
            # Whoever clicks again while the database is slow must not do it twice.
            running=[
                (
                    Output({"type": "submit", "name": MATCH, "key": MATCH}, "loading"),
                    True,
                    False,
                )
            ],
            prevent_initial_call=True,
        )
        def submit(
            clicks: int | None, values: list[Any], ids: list[dict[str, str]], changed: int
        ) -> tuple[Any, Any, Any, Any]:
            if not clicks or ctx.triggered_id is None or len(values) != len(ids):
                raise PreventUpdate
            name, key = ctx.triggered_id["name"], ctx.triggered_id["key"]
            action = self.actions[name]
            # A field that was not sent is empty.
            given: dict[str, Any] = defaultdict(lambda: None)
            given |= {one["name"]: value for one, value in zip(ids, values, strict=True)}
            try:
                self.database.answer(g.viewer, action.call(key, given), writes=True)
                done = action.done if isinstance(action.done, str) else action.done(key, given)
            except Failure as failure:
                said = self.in_words_of_form(failure.message, name, key)
                return dash.no_update, problem(said, failure.hint), "", changed
            except ValueError as error:
                said = self.in_words_of_form(str(error), name, key)
                return dash.no_update, problem(said, None), "", changed
            except Exception:
                logging.getLogger("pgkit").exception("action %s", name)
                told = problem("This form has a fault.", SEE_LOG)
                return dash.no_update, told, "", changed
            return False, [], frame.toast(done, changed), changed + 1

    def fill(self, name: str, state: State) -> Component:
        """Return what a panel shows, also where it fails."""
        try:
            drawn, answered = self.follow(self.panels[name].draw(state))
        except Unreadable as error:
            return problem(str(error), "Choose a range above.")
        except Failure as failure:
            return problem(failure.message, failure.hint)
        except Exception:
            # A fault of ours in one panel must not keep the others from being shown.
            logging.getLogger("pgkit").exception("panel %s", name)
            return problem("This panel has a fault.", SEE_LOG)
        return frame.filled(drawn, answered, name, state)

    def controls(self, page: Page, state: State) -> tuple[Node, list[Component]]:
        """Return what is wrong with the range, and the filters of a page with their values."""
        unreadable: Node = None
        found: list[Component] = []
        if page.has_range:
            try:
                preset, start, end = state.preset, state.start, state.end
            except Unreadable as error:
                preset, start, end = "", state.now, state.now
                unreadable = problem(str(error), None)
            found += [
                dmc.SegmentedControl(
                    id={"type": "filter", "name": "range"},
                    data=[{"value": name, "label": name} for name in PRESETS],
                    value=preset,
                    size="xs",
                    **{"aria-label": "Range"},
                ),
                *(
                    dmc.DateTimePicker(
                        id={"type": "filter", "name": name},
                        label=label,
                        value=time.strftime("%Y-%m-%d %H:%M:%S") if state.is_fixed else None,
                        placeholder=time.strftime("%Y-%m-%d %H:%M"),
                        valueFormat="YYYY-MM-DD HH:mm",
                        size="xs",
                        clearable=True,
                        className="filter",
                    )
                    for name, label, time in (
                        ("from", "From (UTC)", start),
                        ("to", "To (UTC)", end),
                    )
                ),
            ]
        if page.has_range and page.has_comparison:
            found.append(
                dmc.SegmentedControl(
                    id={"type": "filter", "name": "compare"},
                    data=[
                        {"value": "1", "label": "with period before"},
                        {"value": "0", "label": "alone"},
                    ],
                    value="1" if state.is_compared else "0",
                    size="xs",
                    **{"aria-label": "Period before"},
                )
            )
        for one in page.filters:
            try:
                choices, _ = self.follow(one.choices(state))
            except (Failure, Unreadable):
                choices = []
            found.append(frame.choice(one, choices, state))
        return unreadable, found

    def in_words_of_form(self, message: str, name: str, key: str) -> str:
        """Return what is wrong, with the label of the field that it begins with."""
        try:
            fields, _ = self.follow(self.actions[name].fields(key))
        except (Failure, ValueError):
            return message
        for field, label in labels_of(fields).items():
            for spelled in (field, field.replace("_", " ")):
                if re.match(rf"{re.escape(spelled)}(:| must| has| is)", message):
                    return f"{label}{message.removeprefix(spelled)}"
        return message

    def form(self, name: str, key: str) -> Node:
        """Return the fields of an action with the button that sends them."""
        action = self.actions[name]
        try:
            fields, _ = self.follow(action.fields(key))
        except Failure as failure:
            return problem(failure.message, failure.hint)
        except ValueError as error:
            return problem(str(error), None)
        except Exception:
            logging.getLogger("pgkit").exception("form of %s", name)
            return problem("This form has a fault.", SEE_LOG)
        ids = {"name": name, "key": key}
        # A form begins with the first field that is written in. A list would open.
        for one in html.Div(fields)._traverse():
            if isinstance(one, dmc.TextInput | dmc.NumberInput | dmc.Textarea):
                setattr(one, "data-autofocus", True)
                break
        return dmc.Stack(
            [
                *fields,
                html.Div(id={"type": "outcome", **ids}),
                dmc.Button(
                    action.button,
                    id={"type": "submit", **ids},
                    color="red" if action.is_dangerous else "blue",
                ),
            ]
        )


def labels_of(fields: Any) -> dict[str, str]:
    """Return how the fields of a form are called, by their names."""
    found: dict[str, str] = {}
    for one in html.Div(fields)._traverse():
        name = getattr(one, "id", None)
        label = getattr(one, "label", None)
        if isinstance(name, dict) and name.get("type") == "field" and isinstance(label, str):
            found[name["name"]] = label
    return found


def changes(inputs: list[dict[str, Any]], state: State) -> dict[str, Any]:
    """Return what the filters say that the address does not say yet.

    A preset and a range of its own exclude each other: the one that was changed last wins.
    """
    given = {one["id"]["name"]: one.get("value") for one in inputs}
    state_names = ("range", "from", "to", "compare")
    changed: dict[str, Any] = {
        name: value for name, value in given.items() if name not in state_names
    }
    if "compare" in given:
        changed["compare"] = "0" if given["compare"] == "0" else None
    trigger = ctx.triggered_id["name"] if ctx.triggered_id else ""
    if trigger == "range" and given.get("range") not in (None, "", preset_of(state)):
        changed |= {"range": given["range"], "from": None, "to": None}
    elif trigger in ("from", "to"):
        start, end = given.get("from"), given.get("to")
        changed |= {
            "from": iso(start),
            "to": iso(end),
            "range": None if start else state.get("range"),
        }
    return changed


def preset_of(state: State) -> str:
    """Return the preset of an address, or nothing where it has none that can be read."""
    try:
        return state.preset
    except Unreadable:
        return ""


def iso(value: str | None) -> str | None:
    """Return the time of a picker as the address has it."""
    return value.replace(" ", "T")[:16] if value else None


def check_origin() -> None:
    """Refuse what another site makes the browser send.

    Browsers say where a request comes from. A client that is no browser has no cookie to abuse.
    What a browser calls the same origin is, also where a proxy gives the server another name.
    Browsers say that over TLS and on loopback only.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site == "same-origin":
        return
    if site is not None or (origin is not None and urlsplit(origin).netloc != request.host):
        abort(Response("This came from another site.", 403, mimetype="text/plain"))


def is_secure() -> bool:
    """Whether the cookie may be limited to TLS: everywhere but on loopback without it.

    A proxy may call the server by a name of loopback. The browser says what it called.
    """
    host = urlsplit(f"//{request.host}").hostname or ""
    return host not in LOOPBACK or request.headers.get("Origin", "").startswith("https:")


def login_page(said: str, status: int, target: str = "") -> Response:
    """Return the form for a token, which leads back to where somebody wanted to be."""
    filled = LOGIN.format(
        said=escape(said), next=escape(local(target)), prefix=escape(request.script_root)
    )
    return Response(filled, status, mimetype="text/html")


def local(target: str) -> str:
    """Return an address of this server, the first page for any other."""
    is_local = re.match(r"/(?![/\\])[!-~]*\Z", target) is not None and "\\" not in target
    return target if is_local else f"{request.script_root}/"
