"""No answer, or not Google's: name service, proxies, certificates, clocks, portals."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal, Retry
from wizards.cloud.signatures import Signature, Words, Write, row

ROWS: tuple[Signature, ...] = (
    row("clock-wrong", reason="TLS_DATE"),
    row("clock-wrong", reason="RefreshError", says=r"Invalid JWT.*(iat|reasonable timeframe)"),
    row("clock-wrong", reason="RefreshError", says="used too early|issued in the future"),
    row("certificate-untrusted", reason="TLS_UNTRUSTED"),
    row("proxy-login", reason="PROXY_LOGIN"),
    row("proxy-failed", Retry.REFUSED, reason="PROXY_FAILED"),
    row("not-google", reason="NOT_GOOGLE"),
    row("offline", Retry.REFUSED, reason="NAME_UNKNOWN|NETWORK_UNREACHABLE|CONNECT_TIMEOUT"),
    row("offline", Retry.REFUSED, reason="CONNECTION_REFUSED"),
    row("no-answer", Retry.UNKNOWN, reason="TIMEOUT|CONNECTION_LOST|TLS_FAILED"),
)


def _host(refusal: Refusal) -> str:
    return refusal.named("api", "googleapis.com")


def _clock_wrong(refusal: Refusal) -> Words:
    return (
        _("the clock of this machine seems to be wrong"),
        _(
            "certificates and logins are valid for a time only, and by this clock it is another: "
            "{says}"
        ).format(says=refusal.message),
        ("timedatectl", "sudo timedatectl set-ntp true", RESUME),
    )


def _certificate_untrusted(refusal: Refusal) -> Words:
    return (
        _("the certificate of the answer is not trusted"),
        _(
            "probably a proxy of your organisation opens encrypted traffic: its own certificate "
            "authority must be named ({says})"
        ).format(says=refusal.message),
        ("export REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt", "tarmac doctor"),
    )


def _proxy_login(_refusal: Refusal) -> Words:
    return (
        _("the proxy asks for a name and a password"),
        _("HTTPS_PROXY is set, and the proxy refuses to pass the request on without a login"),
        ("export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT", "tarmac doctor"),
    )


def _proxy_failed(refusal: Refusal) -> Words:
    return (
        _("the proxy cannot be reached or does not pass the request on"),
        _("HTTPS_PROXY names a proxy that failed: {says}").format(says=refusal.message),
        ("env | grep -i _proxy", "export NO_PROXY=.googleapis.com", RESUME),
    )


def _not_google(refusal: Refusal) -> Words:
    return (
        _("something else than Google answered"),
        _(
            "a login page of the network, a proxy or a filter stands in between ({says}); "
            "open a browser and see whether the network asks for something"
        ).format(says=refusal.message),
        ("curl -sI https://www.googleapis.com", RESUME),
    )


def _offline(refusal: Refusal) -> Words:
    return (
        _("Google cannot be reached from here"),
        _("no connection to {host}: {says}").format(host=_host(refusal), says=refusal.message),
        ("curl -sI https://www.googleapis.com", "env | grep -i _proxy", RESUME),
    )


def _no_answer(refusal: Refusal) -> Words:
    return (
        _("Google's service did not answer"),
        _("the connection was lost or took too long ({says}); nothing was done twice").format(
            says=refusal.message
        ),
        (RESUME, "tarmac doctor"),
    )


WORDS: dict[str, Write] = {
    "clock-wrong": _clock_wrong,
    "certificate-untrusted": _certificate_untrusted,
    "proxy-login": _proxy_login,
    "proxy-failed": _proxy_failed,
    "not-google": _not_google,
    "offline": _offline,
    "no-answer": _no_answer,
}
