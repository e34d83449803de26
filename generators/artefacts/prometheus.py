"""Prometheus alert rules and Alertmanager's route to Slack."""

from __future__ import annotations

import json
from dataclasses import dataclass

from generators.artefact import Artefact
from generators.header import header
from generators.stack import Stack
from generators.templating import rendered, words_of

FOLDER = "deploy/monitoring"


@dataclass(frozen=True, slots=True)
class Rule:
    """One alert: PromQL, how long it must hold ("5m"), and what a person reads."""

    name: str
    expression: str
    lasts: str
    severity: str
    summary: str
    description: str


def rules(stack: Stack, language: str) -> list[Artefact]:
    """Return the alert rules of the main service."""
    main = stack.main
    text = rendered(
        "monitoring/prometheus-rules.yml.j2",
        language,
        header=header(language, main.blueprint_hash),
        name=main.name,
        rules=_rules(stack, language),
    )
    return [Artefact(name="prometheus-rules", path=f"{FOLDER}/prometheus-rules.yml", text=text)]


def alertmanager(stack: Stack, language: str) -> list[Artefact]:
    """Return Alertmanager's configuration: everything to Slack, critical ones more often."""
    text = rendered(
        "monitoring/alertmanager.yml.j2",
        language,
        header=header(language, stack.main.blueprint_hash),
    )
    return [Artefact(name="alertmanager", path=f"{FOLDER}/alertmanager.yml", text=text)]


def _rules(stack: Stack, language: str) -> list[Rule]:
    _ = words_of(language)
    name = stack.main.name
    job = f"job={promql_text(name)}"
    errors = f'sum(rate(http_requests_total{{{job},status=~"5.*"}}[5m]))'
    requests = f"sum(rate(http_requests_total{{{job}}}[5m]))"
    buckets = f"sum by (le) (rate(http_request_duration_seconds_bucket{{{job}}}[5m]))"
    found = [
        Rule(
            "ServiceDown",
            f"up{{{job}}} == 0",
            "2m",
            "critical",
            _("{name} does not answer").format(name=name),
            _("No scrape has succeeded for two minutes."),
        ),
        Rule(
            "ManyErrors",
            f"{errors} / {requests} > 0.05",
            "5m",
            "critical",
            _("{name}: more than 5 % of the answers are errors").format(name=name),
            _("Look at the log; after a deployment, shift traffic back."),
        ),
        Rule(
            "SlowAnswers",
            f"histogram_quantile(0.95, {buckets}) > 1",
            "10m",
            "warning",
            _("{name}: one answer in twenty takes more than a second").format(name=name),
            _("Look at slow queries and at the number of instances."),
        ),
    ]
    if stack.database is not None:
        found.append(_connections(stack, _("{name}: the database is nearly out of connections")))
    return found


def _connections(stack: Stack, summary: str) -> Rule:
    database = stack.database
    assert database is not None
    used = f"sum(pg_stat_activity_count{{datname={promql_text(database.name)}}})"
    return Rule(
        "DatabaseConnections",
        f"{used} / max(pg_settings_max_connections) > 0.8",
        "5m",
        "warning",
        summary.format(name=stack.main.name),
        "postgres_exporter: pg_stat_activity_count, pg_settings_max_connections",
    )


def promql_text(text: str) -> str:
    """Return a PromQL string that reads back as this text."""
    return json.dumps(text, ensure_ascii=False)
