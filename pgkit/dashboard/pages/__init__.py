"""The pages, in the order of the links to them."""

from pgkit.dashboard.frame import Page
from pgkit.dashboard.pages import costs, health, models, overview

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    models.PAGE,
    costs.PAGE,
    health.PAGE,
)
