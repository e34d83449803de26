"""Cloud Monitoring: alert policies and a dashboard, as JSON that gcloud takes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from generators.artefact import Artefact
from generators.project import Json
from generators.stack import Stack
from generators.templating import words_of

FOLDER = "deploy/monitoring"
MADE_BY = "made-by-tarmac"
"""A label's key: JSON has no comments, and Google keeps labels."""
_RUN = "run.googleapis.com"
_SQL = "cloudsql.googleapis.com"


def policies(stack: Stack, language: str) -> list[Artefact]:
    """Return one policy per thing that goes wrong; channels are chosen when they are created."""
    if stack.main.delivery.runtime != "cloud-run":
        return []
    _ = words_of(language)
    name = stack.main.name
    found = [
        _policy(
            stack,
            "errors",
            _("{name}: answers with errors").format(name=name),
            _service_filter(stack, "request_count", ('metric.labels.response_code_class = "5xx"',)),
            aligner="ALIGN_RATE",
            reducer="REDUCE_SUM",
            above=0.5,
            unit=_("more than one error every two seconds, for five minutes"),
        ),
        _policy(
            stack,
            "latency",
            _("{name}: slow answers").format(name=name),
            _service_filter(stack, "request_latencies"),
            aligner="ALIGN_PERCENTILE_95",
            reducer="REDUCE_MAX",
            above=1000,
            unit=_("one answer in twenty takes more than a second, for five minutes"),
        ),
    ]
    if stack.database is not None:
        found.append(
            _policy(
                stack,
                "database",
                _("{name}: the database's disk is nearly full").format(name=name),
                _database_filter(stack, "disk/utilization"),
                aligner="ALIGN_MEAN",
                reducer="REDUCE_MAX",
                above=0.85,
                unit=_("more than 85 % of the disk is used, for five minutes"),
            )
        )
    return found


def dashboard(stack: Stack, language: str) -> list[Artefact]:
    """Return a dashboard: requests, errors, latency, instances, and the database."""
    if stack.main.delivery.runtime != "cloud-run":
        return []
    tiles: list[Json] = []
    for place, (title, where, aligner, reducer) in enumerate(_charts(stack, language)):
        query: Json = {
            "timeSeriesQuery": {"timeSeriesFilter": _series(where, aligner, reducer, "60s")},
            "plotType": "LINE",
        }
        chart: Json = {"title": title, "xyChart": {"dataSets": [query]}}
        tiles.append(
            {
                "xPos": 24 * (place % 2),
                "yPos": 16 * (place // 2),
                "width": 24,
                "height": 16,
                "widget": chart,
            }
        )
    whole: dict[str, Json] = {
        "labels": {MADE_BY: stack.main.blueprint_hash},
        "displayName": stack.main.name,
        "mosaicLayout": {"columns": 48, "tiles": tiles},
    }
    return [_artefact("dashboard", whole)]


def _charts(stack: Stack, language: str) -> Sequence[tuple[str, str, str, str]]:
    _ = words_of(language)
    errors = ('metric.labels.response_code_class = "5xx"',)
    charts = [
        (_("requests a second"), _service_filter(stack, "request_count"), "ALIGN_RATE", "SUM"),
        (
            _("errors a second"),
            _service_filter(stack, "request_count", errors),
            "ALIGN_RATE",
            "SUM",
        ),
        (
            _("latency, 95 %, ms"),
            _service_filter(stack, "request_latencies"),
            "ALIGN_PERCENTILE_95",
            "MAX",
        ),
        (
            _("instances"),
            _service_filter(stack, "container/instance_count"),
            "ALIGN_MAX",
            "SUM",
        ),
    ]
    if stack.database is not None:
        charts += [
            (
                _("connections"),
                _database_filter(stack, "postgresql/num_backends"),
                "ALIGN_MAX",
                "SUM",
            ),
            (_("disk used"), _database_filter(stack, "disk/utilization"), "ALIGN_MEAN", "MAX"),
        ]
    return [(title, where, aligner, f"REDUCE_{how}") for title, where, aligner, how in charts]


def _policy(
    stack: Stack,
    short: str,
    title: str,
    where: str,
    *,
    aligner: str,
    reducer: str,
    above: float,
    unit: str,
) -> Artefact:
    series = _series(where, aligner, reducer, "300s")
    threshold: dict[str, Json] = {
        "filter": series["filter"],
        "aggregations": [series["aggregation"]],
        "comparison": "COMPARISON_GT",
        "thresholdValue": above,
        "duration": "300s",
        "trigger": {"count": 1},
    }
    whole: dict[str, Json] = {
        "userLabels": {MADE_BY: stack.main.blueprint_hash},
        "documentation": {"content": unit, "mimeType": "text/markdown"},
        "displayName": title,
        "combiner": "OR",
        "conditions": [{"displayName": unit, "conditionThreshold": threshold}],
        "alertStrategy": {"autoClose": "3600s"},
        "enabled": True,
    }
    return _artefact(f"alert-{short}", whole)


def _series(where: str, aligner: str, reducer: str, period: str) -> dict[str, Json]:
    aggregation: Json = {
        "alignmentPeriod": period,
        "perSeriesAligner": aligner,
        "crossSeriesReducer": reducer,
    }
    return {"filter": where, "aggregation": aggregation}


def _service_filter(stack: Stack, metric: str, more: tuple[str, ...] = ()) -> str:
    main = stack.main
    parts = [
        'resource.type = "cloud_run_revision"',
        f"resource.labels.service_name = {_text(main.name)}",
        f"resource.labels.location = {_text(main.region)}",
        f'metric.type = "{_RUN}/{metric}"',
        *more,
    ]
    return " AND ".join(parts)


def _database_filter(stack: Stack, metric: str) -> str:
    database = stack.database
    assert database is not None
    where = f"{stack.main.project_id}:{database.instance}"
    parts = [
        'resource.type = "cloudsql_database"',
        f"resource.labels.database_id = {_text(where)}",
        f'metric.type = "{_SQL}/database/{metric}"',
    ]
    return " AND ".join(parts)


def _text(value: str) -> str:
    """Return a string of Monitoring's filter language."""
    return json.dumps(value, ensure_ascii=False)


def _artefact(name: str, value: Json) -> Artefact:
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return Artefact(name=name, path=f"{FOLDER}/{name}.json", text=text)
