"""The pages, in the order of the links to them."""

from pgkit.dashboard.frame import Page
from pgkit.dashboard.pages import (
    alerts,
    comparison,
    configurations,
    costs,
    evaluations,
    experiments,
    health,
    models,
    overview,
    workers,
    workflows,
)

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    models.PAGE,
    workflows.PAGE,
    comparison.PAGE,
    workers.PAGE,
    evaluations.PAGE,
    experiments.PAGE,
    configurations.PAGE,
    alerts.PAGE,
    costs.PAGE,
    health.PAGE,
)
