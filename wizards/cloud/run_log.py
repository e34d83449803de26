"""What a container said last: where Google only tells that it failed, its own words tell why."""

from __future__ import annotations

from wizards.cloud.calls import Calls
from wizards.cloud.failing import CloudFailure
from wizards.cloud.run_fields import Document
from wizards.redaction import redacted

LINES = 12
_SERVICE = "logging"
_KINDS = {
    "services": "cloud_run_revision",
    "jobs": "cloud_run_job",
}
_EXECUTION = 'labels."run.googleapis.com/execution_name"'


class RunLogCalls(Calls):
    """Reading the end of a revision's or an execution's log."""

    def _run_log(self, name: str) -> tuple[str, ...]:
        """Return the last lines of what ``…/revisions/R`` or ``…/executions/E`` said, oldest first.

        Empty when the log cannot be read: a failure must not hide behind another one.
        """
        body = {
            "resourceNames": ["/".join(name.split("/")[:2])],
            "filter": _filter(name),
            "orderBy": "timestamp desc",
            "pageSize": LINES,
        }
        plain = self._clients.plain(_SERVICE)
        try:
            found = self._read("run_log", lambda: plain.post("v2/entries:list", body))
        except CloudFailure:
            return ()
        texts = [_text(entry) for entry in found.get("entries", [])]
        return tuple(text for text in reversed(texts) if text)


def _filter(name: str) -> str:
    _projects, _project, _locations, region, kind, parent, _below, own = name.split("/")
    place = f'resource.type="{_KINDS[kind]}" AND resource.labels.location="{region}"'
    if kind == "jobs":
        return f'{place} AND resource.labels.job_name="{parent}" AND {_EXECUTION}="{own}"'
    return (
        f'{place} AND resource.labels.service_name="{parent}" '
        f'AND resource.labels.revision_name="{own}"'
    )


def _text(entry: Document) -> str:
    plain = entry.get("textPayload") or entry.get("jsonPayload", {}).get("message", "")
    return redacted(str(plain).rstrip())
