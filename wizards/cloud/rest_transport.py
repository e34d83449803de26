"""REST for Google's gRPC-only packages: their client classes and messages, JSON on the wire.

google-cloud-sql and google-cloud-iam (admin) generate no REST transport. A generated client only
asks its transport for one callable per method, so this makes those callables from a table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from wizards.cloud.rest_methods import RestMethod

if TYPE_CHECKING:
    from google.auth.transport.requests import AuthorizedSession

Call = Callable[..., Any]


def rest_client(
    client: type[Any],
    methods: Mapping[str, RestMethod],
    types: ModuleType,
    session: AuthorizedSession,
    base: str,
) -> Any:
    """Return an official client whose calls go over REST to ``base`` ("https://host").

    ``types`` is the package that holds the answer types. Methods that are not in the table raise
    NotImplementedError, as they do in Google's own transport base class.
    """
    from google.api_core.gapic_v1.client_info import ClientInfo

    contract = _contract_of(client)
    calls = {
        name: _call(method, types, session, base)
        if (method := methods.get(name))
        else _not_in_table(name)
        for name in dir(contract)
        if _is_method(contract, name)
    }
    parts: dict[str, Any] = {name: _property(call) for name, call in calls.items()}
    parts["kind"] = property(lambda _self: "rest")
    parts["close"] = _closer(session)
    transport_class = type(f"Rest{contract.__name__}", (contract,), parts)
    transport = transport_class(credentials=session.credentials)
    transport._prep_wrapped_messages(ClientInfo(rest_version="tarmac"))  # type: ignore[no-untyped-call]
    return client(transport=transport)


def _contract_of(client: type[Any]) -> type[Any]:
    """Return the abstract transport that Google generated for a client."""
    grpc = client.get_transport_class("grpc")
    contract: type[Any] = next(
        part
        for part in grpc.__mro__
        if part.__module__.endswith(".base") and part.__name__.endswith("Transport")
    )
    return contract


def _closer(session: AuthorizedSession) -> Call:
    def close(_transport: object) -> None:
        session.close()  # type: ignore[no-untyped-call]

    return close


def _is_method(contract: type[Any], name: str) -> bool:
    other = {"kind", "host", "operations_client"}
    return (
        not name.startswith("_")
        and name not in other
        and isinstance(getattr(contract, name), property)
    )


def _property(call: Call) -> property:
    return property(lambda _self: call)


def _not_in_table(name: str) -> Call:
    def call(*_arguments: object, **_named: object) -> None:
        raise NotImplementedError(name)

    return call


def _call(method: RestMethod, types: ModuleType, session: AuthorizedSession, base: str) -> Call:
    def call(
        request: Any,
        *,
        timeout: float | None = None,
        metadata: tuple[tuple[str, str], ...] = (),
        **_other: object,
    ) -> Any:
        from google.api_core.exceptions import from_http_response

        fields = fields_of(request)
        path = re.sub(r"\{(\w+)\}", lambda part: str(fields.pop(part[1], "")), method.path)
        body = _body(method, fields)
        response = session.request(  # type: ignore[no-untyped-call]
            method.verb,
            f"{base}/{path}",
            params=_flat(fields),
            json=body,
            headers={key: value for key, value in metadata if not key.endswith("-bin")},
            timeout=timeout,
        )
        if response.status_code >= 400:
            raise from_http_response(response)  # type: ignore[no-untyped-call]
        return _answer(method.answer, types, response.text)

    return call


def _body(method: RestMethod, fields: dict[str, Any]) -> Any:
    if method.body == "*":
        everything = dict(fields)
        fields.clear()
        return everything
    if method.body:
        return fields.pop(method.body, {})
    return {} if method.verb == "POST" else None


def _flat(fields: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested fields as query parameters with dotted names."""
    flat: dict[str, str] = {}
    for key, value in fields.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value).lower() if isinstance(value, bool) else str(value)
    return flat


def fields_of(request: Any) -> dict[str, Any]:
    """Return a message as JSON fields; IAM's policy messages are plain protobuf."""
    from google.protobuf import json_format
    from google.protobuf.message import Message

    if isinstance(request, Message):
        return dict(json_format.MessageToDict(request))
    text = type(request).to_json(
        request, use_integers_for_enums=False, always_print_fields_with_no_presence=False
    )
    return dict(json.loads(text))


def _answer(name: str, types: ModuleType, text: str) -> Any:
    from google.iam.v1 import iam_policy_pb2, policy_pb2
    from google.protobuf import json_format

    match name:
        case "":
            return None
        case "Policy":
            return json_format.Parse(text, policy_pb2.Policy(), ignore_unknown_fields=True)
        case "TestIamPermissionsResponse":
            answer = iam_policy_pb2.TestIamPermissionsResponse()
            return json_format.Parse(text, answer, ignore_unknown_fields=True)
        case _:
            return getattr(types, name).from_json(text, ignore_unknown_fields=True)
