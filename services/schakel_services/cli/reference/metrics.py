"""The metrics that a service answers with at ``/metrics``."""

from prometheus_client.metrics import MetricWrapperBase

from schakel_services.cli.reference.markdown import code, codes, page, table
from schakel_services.runtime import metrics as declared


def metrics() -> str:
    """Return the page about metrics."""
    found = sorted(
        (metric for metric in vars(declared).values() if isinstance(metric, MetricWrapperBase)),
        key=_name,
    )
    rows = [(code(_name(metric)), _kind(metric), codes(_labels(metric)), _text(metric)) for metric in found]
    return page(
        "Metrics",
        "Each service answers on `/metrics` in the format of Prometheus. A label is a service, a topic, a partner or a "
        "code; never a person. What to alert on: [run in production](../how-to/run-in-production.md).",
        table(("metric", "kind", "labels", "what it says"), rows),
    )


def _name(metric: MetricWrapperBase) -> str:
    """Return the name as it stands at ``/metrics``."""
    base = next(iter(metric.describe())).name
    return f"{base}_total" if _kind(metric) == "counter" else base


def _kind(metric: MetricWrapperBase) -> str:
    return next(iter(metric.describe())).type


def _text(metric: MetricWrapperBase) -> str:
    return next(iter(metric.describe())).documentation


def _labels(metric: MetricWrapperBase) -> tuple[str, ...]:
    return tuple(metric._labelnames)  # noqa: SLF001 - the library has no public name for them
