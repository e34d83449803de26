"""`tarmac sandbox`: start, stop and steer the Google Cloud that runs on this machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generators.language import _
from wizards.failures import Failure, UsageFailure

if TYPE_CHECKING:
    from tui.context import Context
    from wizards.postgres.sandbox_address import SandboxAddress

IDLE_SECONDS = 30 * 60.0


@click.group()
def sandbox() -> None:
    """A Google Cloud on this machine to try things on: same calls, a real PostgreSQL."""


@sandbox.command()
@click.option("--port", type=int, default=0, help="The port on 127.0.0.1; 0 takes any free one.")
@click.option(
    "--speed", type=float, default=60.0, show_default=True, help="Simulated seconds per second."
)
@click.option("--detached-idle", is_flag=True, help="End itself after 30 minutes without a call.")
@click.option("--idle-seconds", type=float, hidden=True)
@click.pass_obj
def start(
    context: Context, port: int, speed: float, detached_idle: bool, idle_seconds: float | None
) -> None:
    """Run the sandbox in the foreground; its address is the first line, as JSON."""
    import asyncio

    if speed <= 0:
        raise UsageFailure("speed", _("The speed must be more than 0."))
    idle = idle_seconds if idle_seconds is not None else IDLE_SECONDS if detached_idle else None
    raise SystemExit(asyncio.run(_serve(_state(context), port, speed, idle)))


@sandbox.command()
@click.pass_obj
def stop(context: Context) -> None:
    """End the running sandbox and its PostgreSQL servers."""
    import os
    import signal
    import time

    state = _state(context)
    pid = _pid(state)
    if pid is None:
        context.out.say(_("No sandbox runs on {state}.").format(state=state))
        context.out.done({"stopped": False})
    if _running(state) is not None:
        _ask(_address(context), "POST", "stop")
    elif pid:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while _pid(state) is not None:
        if time.monotonic() > deadline:
            raise Failure(
                "sandbox-not-stopped",
                _("The sandbox {pid} does not stop.").format(pid=pid),
                next=(f"kill -9 {pid}",),
            )
        time.sleep(0.02)
    context.out.say(_("The sandbox has ended."))
    context.out.done({"stopped": True, "pid": pid})


@sandbox.command()
@click.option("--gcloud", is_flag=True, help="Add what gcloud needs.")
@click.option("--project", default=None, help="The project that clients use by default.")
@click.pass_obj
def env(context: Context, gcloud: bool, project: str | None) -> None:
    """Print the lines that lead other programs to the sandbox: eval "$(tarmac sandbox env)"."""
    import shlex

    from sandbox.environment import PROJECT, variables

    address = _address(context)
    made = variables(
        proxy=address.proxy or address.url,
        ca=address.ca,
        state=address.state,
        project=project or PROJECT,
        gcloud=gcloud,
    )
    for name, value in made.items():
        context.out.say(f"export {name}={shlex.quote(value)}")
    context.out.done({"variables": made})


@sandbox.command()
@click.pass_obj
def reset(context: Context) -> None:
    """Forget everything: projects, secrets, instances and the data in them."""
    state = _state(context)
    if _running(state) is not None:
        _ask(_address(context), "POST", "reset")
    else:
        from sandbox.resetting import reset as forget
        from sandbox.state_lock import AlreadyRunning

        try:
            forget(state)
        except AlreadyRunning:
            raise Failure(
                "sandbox-unreachable",
                _("The sandbox does not answer."),
                next=("tarmac sandbox stop",),
            ) from None
    context.out.say(_("The sandbox is empty again."))
    context.out.done({"reset": True})


@sandbox.command()
@click.option("-f", "--follow", is_flag=True, help="Go on printing until Ctrl-C.")
@click.option(
    "-n", "--last", type=int, default=50, show_default=True, help="How many to begin with."
)
@click.pass_obj
def log(context: Context, follow: bool, last: int) -> None:
    """Show what was asked of the sandbox and what it answered."""
    import time

    from sandbox.request_log import LOG, read

    path = _state(context) / LOG
    entries = list(read(path))
    seen, shown = len(entries), entries[-last:] if last else []
    for entry in shown:
        context.out.say(_line(entry))
    while follow:
        time.sleep(0.2)
        entries = list(read(path))
        for entry in entries[seen if seen <= len(entries) else 0 :]:
            context.out.say(_line(entry))
        seen = len(entries)
    from dataclasses import asdict

    context.out.done({"requests": [asdict(entry) for entry in shown]})


@sandbox.group()
def fault() -> None:
    """Let calls fail in a chosen way, to see what happens then."""


@fault.command("add")
@click.option("--method", default=".", help="A regular expression over method id, verb and path.")
@click.option("--times", type=int, default=1, show_default=True, help="How often; 0 is always.")
@click.option("--status", required=True, help="An HTTP status, timeout, reset or slow:SECONDS.")
@click.option("--reason", default="", help="The reason in google.rpc.ErrorInfo.")
@click.option("--message", default="", help="The error's message.")
@click.option("--retry-after", type=float, default=None, help="Seconds in the Retry-After header.")
@click.option("--rate", type=float, default=1.0, show_default=True, help="The chance per call.")
@click.option("--seed", type=int, default=0, help="Makes the chances the same in every run.")
@click.option("--after", is_flag=True, help="Let the call take effect first, then lose its answer.")
@click.option("--skip", type=int, default=0, help="How many matching calls pass before the first.")
@click.option(
    "--body",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the whole answer: JSON, or text as a proxy would send it.",
)
@click.option("--metadata", multiple=True, metavar="KEY=VALUE", help="Of google.rpc.ErrorInfo.")
@click.option("--header", "headers", multiple=True, metavar="NAME=VALUE", help="Of the answer.")
@click.pass_obj
def add(
    context: Context,
    /,
    status: str,
    body: Path | None,
    metadata: tuple[str, ...],
    headers: tuple[str, ...],
    **given: Any,
) -> None:
    """Add a fault; the next matching calls meet it."""
    wanted = {**given, **_kind(status), "metadata": _pairs(metadata), "headers": _pairs(headers)}
    if body is not None:
        wanted["body"] = _recorded(body)
    made = _ask(_address(context), "POST", "faults", wanted)
    context.out.say(_("Fault {id} is in force.").format(id=made["id"]))
    context.out.done({"fault": made})


@fault.command("list")
@click.pass_obj
def list_(context: Context) -> None:
    """Show the faults in force and how often they struck."""
    faults = _ask(_address(context), "GET", "faults")["faults"]
    for each in faults:
        left = _("always") if not each["times"] else f"{each['hit']}/{each['times']}"
        what = str(each["status"]) if each["kind"] == "status" else each["kind"]
        context.out.say(f"{each['id']:>3}  {what:<8} {left:<8} {each['method']}")
    if not faults:
        context.out.say(_("No faults are in force."))
    context.out.done({"faults": faults})


@fault.command("clear")
@click.pass_obj
def clear(context: Context) -> None:
    """Take every fault away."""
    _ask(_address(context), "DELETE", "faults")
    context.out.say(_("No faults are in force."))
    context.out.done({"cleared": True})


@sandbox.group()
def policy() -> None:
    """Switch organization policies on, which then really refuse."""


@policy.command("on")
@click.argument("constraint")
@click.option("--project", default=None, help="Only for this project; otherwise for all.")
@click.option("--allow", multiple=True, help="A value that is allowed; for constraints of lists.")
@click.pass_obj
def on(context: Context, constraint: str, project: str | None, allow: tuple[str, ...]) -> None:
    """Put a policy in force: sql.restrictPublicIp, gcp.resourceLocations and others."""
    wanted = {"constraint": constraint, "project": project or "", "allow": list(allow)}
    made = _ask(_address(context), "POST", "policies", wanted)
    context.out.say(_("{constraint} is in force.").format(constraint=made["constraint"]))
    context.out.done({"policy": made})


@policy.command("off")
@click.argument("constraint", required=False, default="")
@click.pass_obj
def off(context: Context, constraint: str) -> None:
    """Take the policies of one constraint away, or all of them."""
    dropped = _ask(_address(context), "DELETE", f"policies/{constraint}")["dropped"]
    context.out.say(_("Policies taken away: {count}.").format(count=dropped))
    context.out.done({"dropped": dropped})


@policy.command("list")
@click.pass_obj
def list_policies(context: Context) -> None:
    """Show the policies in force and where."""
    policies = _ask(_address(context), "GET", "policies")["policies"]
    for each in policies:
        context.out.say(f"{each['constraint']:<42} {each['scope']}")
    if not policies:
        context.out.say(_("No policies are in force."))
    context.out.done({"policies": policies})


async def _serve(state: Path, port: int, speed: float, idle: float | None) -> int:
    import asyncio
    import signal
    from dataclasses import asdict

    try:
        from sandbox.server import Server
        from sandbox.state_lock import AlreadyRunning
    except ModuleNotFoundError as missing:
        raise _extra_missing(str(missing.name)) from None
    server = Server(state, port=port, speed=speed, idle=idle)
    try:
        announcement = await server.start()
    except AlreadyRunning:
        raise Failure(
            "sandbox-already-running",
            _("A sandbox already runs on {state}.").format(state=state),
            next=(f"tarmac sandbox stop --state {state}", "tarmac sandbox env"),
        ) from None
    except ModuleNotFoundError as missing:
        raise _extra_missing(str(missing.name)) from None
    except OSError as wrong:
        raise Failure(
            "sandbox-not-started",
            _("The sandbox cannot listen on port {port}.").format(port=port),
            raw=str(wrong),
        ) from None
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(sign, server.stop)
    print(json.dumps(asdict(announcement)), flush=True)
    if sys.stderr.isatty():
        click.echo(_("The sandbox runs. Ctrl-C ends it."), err=True)
    await server.wait()
    await server.close()
    return 0


def _extra_missing(module: str) -> Failure:
    return Failure(
        "sandbox-missing",
        _("The sandbox needs more than the plain installation has."),
        why=_("The module {module} is not installed.").format(module=module),
        next=("pip install 'tarmac[sandbox]'", "uv tool install 'tarmac[sandbox]'"),
    )


def _state(context: Context) -> Path:
    from wizards.postgres.sandbox_address import default_state

    return (context.state or default_state()).absolute()


def _running(state: Path) -> SandboxAddress | None:
    from wizards.postgres.sandbox_address import running

    return running(state)


def _address(context: Context) -> SandboxAddress:
    state = _state(context)
    address = _running(state)
    if address is None:
        raise Failure(
            "sandbox-not-running",
            _("No sandbox runs on {state}.").format(state=state),
            next=(f"tarmac sandbox start --state {state}",),
        )
    return address


def _pid(state: Path) -> int | None:
    """Return the process that works on a state folder, None when none does."""
    from sandbox.state_lock import held

    if not held(state):
        return None
    try:
        return int(json.loads((state / "sandbox.json").read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError):
        return 0


def _ask(address: SandboxAddress, http: str, route: str, body: Any = None) -> Any:
    """Call one of the sandbox's own routes, past any proxy."""
    import urllib.error
    import urllib.request

    request = urllib.request.Request(
        f"{address.url}/sandbox/v1/{route}",
        method=http,
        data=json.dumps(body).encode() if body is not None else None,
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        said = json.load(refused)["error"]["message"]
        raise Failure("sandbox-refused", said) from None
    except OSError as lost:
        raise Failure(
            "sandbox-unreachable", _("The sandbox does not answer."), raw=str(lost)
        ) from None


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [word.partition("=") for word in given]
    return {key: value for key, _equals, value in pairs}


def _recorded(file: Path) -> Any:
    """Return the answer in a file: parsed when it is JSON, as text otherwise."""
    text = file.read_text(encoding="utf-8")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _kind(status: str) -> dict[str, Any]:
    if status.isdigit() and 200 <= int(status) <= 599:
        return {"kind": "status", "status": int(status)}
    if status in ("timeout", "reset"):
        return {"kind": status}
    kind, _colon, seconds = status.partition(":")
    try:
        return {"kind": "slow", "seconds": float(seconds)} if kind == "slow" else _wrong(status)
    except ValueError:
        return _wrong(status)


def _wrong(status: str) -> dict[str, Any]:
    raise UsageFailure(
        "fault-status",
        _("{status} is no kind of fault.").format(status=status),
        why=_("Use a status from 200 to 599, timeout, reset or slow:SECONDS."),
    )


def _line(entry: Any) -> str:
    clock = entry.at[11:23]
    fault = f"  ⚡{entry.fault}" if entry.fault else ""
    return f"{clock}  {entry.status}  {entry.ms:>7.1f} ms  {entry.http:<6} {entry.path}{fault}"
