"""Draw what is only text and boxes as one component, because each one costs the browser time.

A table of 188 rows and 8 columns, with a component of Dash for each cell, took a browser 40 times
as long as the same elements drawn at once.
"""

from typing import Any, ClassVar

from dash.development.base_component import Component

# The namespace of the elements of HTML in Dash.
HTML = "dash_html_components"
Node = Any


class Plain(Component):
    """A tree of elements, each [tag, properties, children]; assets/pgkit.js draws it."""

    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = ["children"]
    _namespace = "pgkit"
    _type = "Plain"

    def __init__(self, tree: list[Any]) -> None:
        self._prop_names = ["tree"]
        self._valid_wildcard_attributes: list[str] = []
        self.available_properties = ["tree"]
        self.available_wildcard_properties: list[str] = []
        super().__init__(tree=tree)


class Moving(Exception):
    """A part of a drawing is more than text and boxes."""


def simplified(node: Node) -> Node:
    """Return the same drawing, with each part that is only text and boxes as one component."""
    if isinstance(node, list | tuple):
        return [simplified(one) for one in node]
    if not isinstance(node, Component):
        return node
    try:
        return Plain(tree(node))
    except Moving:
        children = getattr(node, "children", None)
        if children is not None:
            node.children = simplified(children)
        return node


def tree(node: Component) -> list[Any]:
    """Return an element with all that is in it; raises Moving where that is not all HTML."""
    written = node.to_plotly_json()
    properties = dict(written["props"])
    children = properties.pop("children", None)
    # A pattern as id is what callbacks wait for.
    if written["namespace"] != HTML or isinstance(properties.get("id"), dict):
        raise Moving
    return [written["type"].lower(), properties, inside(children)]


def inside(children: Node) -> list[Any]:
    """Return children as a list of texts and elements."""
    if children is None:
        return []
    if isinstance(children, list | tuple):
        return [one for each in children for one in inside(each)]
    return [tree(children) if isinstance(children, Component) else children]
