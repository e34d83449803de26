"""One Python file read by its syntax tree; nothing of it is imported or run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from generators.detection.python_module import Factory, Include, Made, Module, Queue, Route, Run
from generators.detection.python_names import APPLICATIONS, DASH, DASH_APPLICATIONS, PYRAMID, QUEUES
from generators.detection.tree import parent

_ROUTE_VERBS = frozenset({"get", "route", "api_route", "add_api_route", "add_url_rule"})
_ROUTERS = frozenset({"APIRouter", "Blueprint", "APIBlueprint"})
_INCLUDES = frozenset({"include_router", "register_blueprint", "mount"})


def read_module(path: str, text: str) -> Module | None:
    """Return what a file says, or None when it is not Python that can be parsed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    module = Module(path)
    for node in ast.walk(tree):
        _read_node(module, node)
    for statement in _top_level(tree.body):
        _read_statement(module, statement)
    if "streamlit" in module.absolute:
        _read_streamlit(module, tree)
    for statement in _top_level(tree.body):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            _read_factory(module, statement)
    return module


def qualified(module: Module, node: ast.expr) -> str:
    """Return the dotted name an expression means, with imports resolved; "" for anything else."""
    if isinstance(node, ast.Name):
        return module.imports.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        owner = qualified(module, node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def _read_node(module: Module, node: ast.AST) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            module.absolute.append(alias.name)
            local = alias.asname or alias.name.partition(".")[0]
            module.imports[local] = alias.name if alias.asname else local
    elif isinstance(node, ast.ImportFrom):
        source = _source_of(module, node)
        for alias in node.names:
            module.imports[alias.asname or alias.name] = f"{source}.{alias.name}".lstrip(".")
    elif isinstance(node, ast.Call):
        _read_call(module, node)
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
        _read_router(module, node.targets, node.value)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for decorator in node.decorator_list:
            _read_route(module, decorator)
    elif isinstance(node, ast.ClassDef):
        _read_class(module, node)
    elif isinstance(node, ast.Subscript) and qualified(module, node.value) == "os.environ":
        _variable(module, node.slice)


def _source_of(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        module.absolute.append(node.module or "")
        return node.module or ""
    module.deepest_relative = max(module.deepest_relative, node.level)
    folder = parent(module.path)
    for _step in range(node.level - 1):
        folder = parent(folder)
    package = "" if folder == "." else folder.replace("/", ".")
    return ".".join(part for part in (package, node.module or "") if part)


def _read_call(module: Module, call: ast.Call) -> None:
    name = qualified(module, call.func)
    last = name.rpartition(".")[2]
    if name in {"os.getenv", "os.environ.get", "environ.get"} and call.args:
        _variable(module, call.args[0])
    elif name == "uvicorn.run":
        module.runs.append(
            Run(
                target=_text(call.args[0]) if call.args else "",
                port=_number(_keyword(call, "port")),
                reload=_is_true(_keyword(call, "reload")),
                line=call.lineno,
            )
        )
    elif last == "run" and isinstance(call.func, ast.Attribute) and _keyword(call, "debug"):
        module.runs.append(
            Run(
                target=qualified(module, call.func.value),
                port=_number(_keyword(call, "port")),
                reload=_is_true(_keyword(call, "debug")),
                line=call.lineno,
            )
        )
    elif name == "os.environ.setdefault" and len(call.args) == 2:
        if _text(call.args[0]) == "DJANGO_SETTINGS_MODULE" and _text(call.args[1]):
            module.settings_module = (_text(call.args[1]), call.lineno)
    elif last in _INCLUDES and isinstance(call.func, ast.Attribute):
        _read_include(module, call, last)
    elif last in {"add_api_route", "add_url_rule"}:
        _read_route(module, call)
    elif last == "StaticFiles" or (last == "frontend" and _keyword(call, "directory")):
        module.static.append((ast.unparse(call), call.lineno))
    if last == "Flask":
        for option in ("static_folder", "template_folder"):
            if (given := _keyword(call, option)) is not None:
                module.static.append((ast.unparse(given), call.lineno))


def _read_include(module: Module, call: ast.Call, verb: str) -> None:
    assert isinstance(call.func, ast.Attribute)
    if verb == "mount":
        what = call.args[1] if len(call.args) > 1 else _keyword(call, "app")
        given = call.args[0] if call.args else _keyword(call, "path")
    else:
        what = call.args[0] if call.args else _keyword(call, "router")
        given = _keyword(call, "url_prefix" if verb == "register_blueprint" else "prefix")
    if what is None:
        return
    module.includes.append(
        Include(
            owner=qualified(module, call.func.value),
            what=qualified(module, what),
            prefix="" if given is None else _known_text(module, given),
            line=call.lineno,
        )
    )


def _read_route(module: Module, decorator: ast.expr) -> None:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return
    if decorator.func.attr in {"websocket", "websocket_route"}:
        module.sockets = module.sockets or decorator.lineno
    if decorator.func.attr not in _ROUTE_VERBS:
        return
    given = decorator.args[0] if decorator.args else _keyword(decorator, "path")
    path = _text(given)
    if given is not None and (path or isinstance(given, ast.Constant)):
        owner = qualified(module, decorator.func.value)
        module.routes.append(Route(owner, path, decorator.lineno))


def _read_class(module: Module, node: ast.ClassDef) -> None:
    parents = [qualified(module, base) for base in node.bases]
    if node.name.endswith("WorkerSettings"):
        module.queues.append(Queue(node.name, "arq", node.lineno))
    for name in parents:
        if name in APPLICATIONS:
            module.imports[node.name] = name
    settings = any(name.rpartition(".")[2].endswith("Settings") for name in parents)
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            if settings and name != "model_config" and not name.startswith("_"):
                module.variables.append((name.upper(), statement.lineno))
            if text := _text(statement.value):
                module.texts[name] = text
        elif isinstance(statement, ast.Assign) and (text := _text(statement.value)):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    module.texts[target.id] = text


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements that run on import, also inside if, try and with, but not ``__main__``."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If) and not _is_main_guard(statement):
            yield from _top_level(statement.body)
            yield from _top_level(statement.orelse)
        elif isinstance(statement, ast.Try):
            yield from _top_level(statement.body)
            for handler in statement.handlers:
                yield from _top_level(handler.body)
        elif isinstance(statement, ast.With):
            yield from _top_level(statement.body)


def _is_main_guard(statement: ast.If) -> bool:
    return "__name__" in ast.unparse(statement.test)


def _read_statement(module: Module, statement: ast.stmt) -> None:
    if isinstance(statement, ast.If) and _is_main_guard(statement):
        module.guarded = True
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    else:
        return
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    if isinstance(value, ast.BinOp | ast.Call) and _is_path(value):
        module.paths.update(dict.fromkeys(names, ast.unparse(value)))
    elif isinstance(value, ast.Call):
        for name in names:
            _read_made(module, name, value)
    elif isinstance(value, ast.Name) and value.id in module.imports:
        module.imports.update(dict.fromkeys(names, module.imports[value.id]))
    elif isinstance(value, ast.Attribute) and value.attr == "server":
        _read_dash(module, names, value)
    elif text := _text(value):
        module.texts.update(dict.fromkeys(names, text))


def _read_router(module: Module, targets: list[ast.expr], call: ast.Call) -> None:
    if qualified(module, call.func).rpartition(".")[2] in _ROUTERS:
        given = _keyword(call, "prefix") or _keyword(call, "url_prefix")
        prefix = "" if given is None else _known_text(module, given)
        for target in targets:
            if isinstance(target, ast.Name):
                module.prefixes[target.id] = prefix


def _is_path(value: ast.BinOp | ast.Call) -> bool:
    """Whether an expression puts a path together: ``Path(...) / "web"``, ``os.path.join(...)``."""
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, ast.Div)
    text = ast.unparse(value.func)
    return text.endswith(("path.join", "Path", "joinpath"))


def _read_streamlit(module: Module, tree: ast.Module) -> None:
    """Remember the first call such as ``st.title(…)`` when the file draws something if run."""
    drawing = (ast.Expr, ast.With, ast.Assign, ast.If, ast.For)
    run = [node for node in tree.body if isinstance(node, drawing)]
    calls = [
        node for statement in run for node in ast.walk(statement) if isinstance(node, ast.Call)
    ]
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    starts = any(isinstance(call.func, ast.Name) and call.func.id in own for call in calls)
    inside = list(ast.walk(tree)) if starts else calls
    lines = [
        node.lineno
        for node in inside
        if isinstance(node, ast.Call) and qualified(module, node.func).startswith("streamlit.")
    ]
    module.streamlit = min(lines, default=0)


def _read_dash(module: Module, names: list[str], value: ast.Attribute) -> None:
    """``server = app.server`` is the WSGI application of a Dash app."""
    owner = value.value.id if isinstance(value.value, ast.Name) else ""
    if any(made.name == owner and made.called in DASH_APPLICATIONS for made in module.made):
        module.made += [Made(name, "dash.Dash", value.lineno, DASH) for name in names]


def _read_made(module: Module, name: str, call: ast.Call) -> None:
    called = qualified(module, call.func)
    if isinstance(call.func, ast.Attribute) and call.func.attr == "make_wsgi_app":
        module.made.append(Made(name, "pyramid.make_wsgi_app", call.lineno, PYRAMID))
        return
    if called.rpartition(".")[2] in _ROUTERS:
        return
    if called in QUEUES:
        module.queues.append(Queue(name, QUEUES[called], call.lineno))
        return
    framework = APPLICATIONS.get(called)
    wraps = ""
    if framework is None:
        known = {made.name: made for made in module.made}
        inner = [arg.id for arg in call.args if isinstance(arg, ast.Name)]
        inner += [option.value.id for option in call.keywords if isinstance(option.value, ast.Name)]
        wraps = next((arg for arg in inner if arg in known), "")
        framework = known[wraps].framework if wraps else None
    module.made.append(Made(name, called, call.lineno, framework, called if wraps else ""))


def _read_factory(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    names = [argument.arg for argument in node.args.args]
    if names in (["environ", "start_response"], ["scope", "receive", "send"]):
        wrapped = next((made.framework for made in module.made if made.framework), None)
        if wrapped is not None:
            module.made.append(Made(node.name, node.name, node.lineno, wrapped))
        return
    if isinstance(node, ast.AsyncFunctionDef) or _is_fixture(module, node):
        return
    local: dict[str, str] = {}
    returned: list[str] = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign | ast.AnnAssign) and isinstance(inner.value, ast.Call):
            called = qualified(module, inner.value.func)
            targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
            local |= {target.id: called for target in targets if isinstance(target, ast.Name)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Return):
            if isinstance(inner.value, ast.Call):
                returned.append(qualified(module, inner.value.func))
            elif isinstance(inner.value, ast.Name) and inner.value.id in local:
                returned.append(local[inner.value.id])
    framework = next((APPLICATIONS[name] for name in returned if name in APPLICATIONS), None)
    if framework is None and node.returns is not None:
        framework = APPLICATIONS.get(qualified(module, node.returns))
    if framework is None and not returned:
        return
    needed = len(node.args.args) + len(node.args.posonlyargs) - len(node.args.defaults)
    needed += sum(default is None for default in node.args.kw_defaults)
    module.factories[node.name] = Factory(
        node.name, node.lineno, framework, tuple(filter(None, returned)), needed > 0
    )


def _is_fixture(module: Module, node: ast.FunctionDef) -> bool:
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = qualified(module, called)
        plain = name.rpartition(".")[2] in {"cache", "lru_cache", "wraps"}
        if "fixture" in name or (isinstance(called, ast.Attribute) and not plain):
            return True
    return False


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((option.value for option in call.keywords if option.arg == name), None)


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _known_text(module: Module, node: ast.expr) -> str | None:
    """Return a literal, "{NAME}" for an attribute or constant to look up later, else None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    name = qualified(module, node).rpartition(".")[2]
    return "{" + name + "}" if name else None


def _number(node: ast.expr | None) -> int | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    return None


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _variable(module: Module, node: ast.expr) -> None:
    name = _text(node)
    if name.isidentifier() and name.upper() == name:
        module.variables.append((name, node.lineno))
