"""Values that let a program start where nobody gave the real ones: on this machine, in a build."""

from __future__ import annotations

import re
from collections.abc import Mapping

_STORE = re.compile(
    r"(DATABASE|DB|POSTGRES|PG|SQL|REDIS|CELERY|BROKER|MONGO|RABBITMQ|AMQP)(_|$)|PG"
)
_HOSTS = re.compile(r"(^|_)HOSTS$")
_ORIGINS = re.compile(r"(^|_)(ORIGINS?|CORS)(_|$)")
_ADDRESS = re.compile(r"(^|_)(URL|URI|ENDPOINT|DOMAIN|DSN)$")
_MAIL = re.compile(r"(^|_)(EMAIL|MAIL_FROM|SENDER|FROM_EMAIL)$")
_PORT = re.compile(r"(^|_)PORT$")
_SWITCH = re.compile(r"^(DEBUG|USE_\w+|IS_\w+|ENABLE_\w+)$|_(ENABLED|DEBUG|TLS|SSL|STARTTLS)$")
_BY_KIND = {"int": "1", "bool": "false", "json": "[]", "object": "{}"}


def stand_ins(required: Mapping[str, str], private: str, *, stores: bool = False) -> dict[str, str]:
    """Return a harmless value for each variable: of its kind, else what its name makes likely.

    ``private`` stands for what is a mere text. What seems to be about a database or a queue is
    left out without ``stores``: nothing would answer there.
    """
    return {
        name: _stand_in(name, kind, private)
        for name, kind in required.items()
        if stores or not _STORE.match(name)
    }


def _stand_in(name: str, kind: str, private: str) -> str:
    if _PORT.search(name):
        return "5432" if _STORE.match(name) else "8080"
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if _HOSTS.search(name):
        return "*"
    if _ORIGINS.search(name):
        return "http://localhost:8080"
    if _SWITCH.search(name):
        return "0"
    if _MAIL.search(name):
        return "nobody@example.com"
    if _ADDRESS.search(name):
        return "http://localhost"
    return private
