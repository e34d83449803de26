"""No answer, or not Google's: names, proxies, certificates, clocks, portals, garbage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.cloud.provoked.stage import (
    Provocation,
    Stage,
    early_certificate,
    one_answer,
)
from wizards.cloud import calls

PORTAL = "<!doctype html><html><head><title>Hotel Wi-Fi: please log in</title></head></html>"
FILTER = "<html><head><title>Blocked by Example Web Filter</title></head><body>x</body></html>"
GOOGLES_502 = (
    "<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title>"
    "<a href=//www.google.com/><p><b>502.</b> <ins>That’s an error.</ins></html>"
)
NGINX_502 = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


def _clock(stage: Stage) -> Any:
    tls, authority = early_certificate(stage.folder)
    with one_answer(b"HTTP/1.1 200 Connection established\r\n\r\n", tls) as proxy:
        stage.login()
        return stage.google(
            HTTPS_PROXY=proxy,
            REQUESTS_CA_BUNDLE=str(authority),
            GOOGLE_APPLICATION_CREDENTIALS=str(stage.login()),
        ).projects()


def _untrusted(stage: Stage) -> Any:
    cloud = stage.google(
        HTTPS_PROXY=stage.address.proxy,
        REQUESTS_CA_BUNDLE="",
        GOOGLE_APPLICATION_CREDENTIALS=str(stage.login()),
    )
    return cloud.projects()


def _proxy(answer: bytes) -> Any:
    def do(stage: Stage) -> Any:
        with one_answer(answer) as proxy:
            cloud = stage.google(
                HTTPS_PROXY=proxy, GOOGLE_APPLICATION_CREDENTIALS=str(stage.login())
            )
            return cloud.projects()

    return do


def _no_proxy(stage: Stage) -> Any:
    login = str(stage.login())
    proxy = "http://127.0.0.1:1"
    return stage.google(HTTPS_PROXY=proxy, GOOGLE_APPLICATION_CREDENTIALS=login).projects()


def _page(status: int, body: Any, **headers: str) -> Any:
    def do(stage: Stage) -> Any:
        stage.fault(r"projects\.search", status=status, body=body, headers=headers)
        return stage.cloud().projects()

    return do


def _gone(url: str) -> Any:
    def do(stage: Stage) -> Any:
        return stage.cloud(address=replace(stage.address, url=url)).projects()

    return do


def _silent(**fault: Any) -> Any:
    def do(stage: Stage) -> Any:
        stage.fault(r"projects\.search", **fault)
        kept = dict(calls.ONCE)
        calls.ONCE["timeout"] = 0.05  # type: ignore[index]
        try:
            return stage.cloud().projects()
        finally:
            calls.ONCE.update(kept)  # type: ignore[attr-defined]

    return do


def _token(status: int, body: Any) -> Any:
    def do(stage: Stage) -> Any:
        stage.fault("POST token", status=status, body=body)
        return stage.proxied().projects()

    return do


UNREACHED = (
    Provocation("clock-wrong", _clock, ("clock", "not yet valid", "timedatectl"), "clock-tls"),
    Provocation(
        "clock-wrong",
        _token(
            400,
            {
                "error": "invalid_grant",
                "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) "
                "and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
            },
        ),
        ("clock", "timedatectl"),
        "clock-jwt",
    ),
    Provocation(
        "clock-wrong",
        _token(400, {"error": "invalid_grant", "error_description": "Token used too early"}),
        ("clock",),
        "clock-early",
    ),
    Provocation(
        "certificate-untrusted",
        _untrusted,
        ("not trusted", "REQUESTS_CA_BUNDLE"),
        "tls-inspection",
    ),
    Provocation(
        "proxy-login",
        _proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"),
        ("proxy", "HTTPS_PROXY"),
        "proxy-407",
    ),
    Provocation("proxy-login", _page(407, PORTAL), ("proxy",), "proxy-407-page"),
    Provocation(
        "proxy-failed",
        _proxy(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"),
        ("proxy", "HTTPS_PROXY", "502"),
        "proxy-502",
    ),
    Provocation("proxy-failed", _no_proxy, ("proxy", "refused"), "proxy-gone"),
    Provocation("not-google", _page(200, PORTAL), ("Hotel Wi-Fi", "login page"), "portal-200"),
    Provocation(
        "not-google",
        _page(302, "", location="http://portal.hotel.example/login"),
        ("portal.hotel.example",),
        "portal-302",
    ),
    Provocation("not-google", _page(511, PORTAL), ("Hotel Wi-Fi",), "portal-511"),
    Provocation("not-google", _page(403, FILTER), ("Blocked by Example",), "filter-403"),
    Provocation("not-google", _page(404, "not here"), ("not here",), "text-404"),
    Provocation("not-google", _page(403, [1, 2]), (), "odd-json-list"),
    Provocation("not-google", _page(400, "just a string"), (), "text-400"),
    Provocation("not-google", _page(403, {"error": {"details": ["odd"]}}), (), "odd-details"),
    Provocation("not-google", _page(403, {"error": "denied"}), (), "odd-error"),
    Provocation("not-google", _page(404, ""), ("404",), "empty-404"),
    Provocation(
        "not-google",
        _page(200, '{"projects": [{"na', **{"content-type": "application/json"}),
        (),
        "cut-json",
    ),
    Provocation(
        "not-google", _page(200, "", **{"content-type": "application/json"}), (), "empty-200"
    ),
    Provocation("not-google", _token(200, PORTAL), ("Hotel Wi-Fi",), "portal-token"),
    Provocation("offline", _gone("http://nothing.invalid"), ("no connection",), "no-name"),
    Provocation("offline", _gone("http://127.0.0.1:1"), ("no connection",), "refused"),
    Provocation("no-answer", _silent(kind="reset"), ("not answer", "tried again"), "reset"),
    Provocation("no-answer", _silent(kind="timeout"), ("not answer",), "timeout"),
    Provocation("unavailable", _page(502, GOOGLES_502), ("Error 502", "tried again"), "502-google"),
    Provocation("unavailable", _page(502, NGINX_502), ("502 Bad Gateway",), "502-gateway"),
    Provocation("unavailable", _page(503, ""), ("503",), "empty-503"),
    Provocation("unavailable", _page(500, "oops"), ("oops",), "text-500"),
    Provocation(
        "unavailable",
        _token(503, {"error": "internal_failure"}),
        ("nothing was done twice",),
        "token-503",
    ),
)
