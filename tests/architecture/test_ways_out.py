"""Nothing of ours speaks to another server but through `federation.http`, where the guard stands; mail by Django."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from checks import APPS, ROOT

SPEAKS = (
    "aiohttp", "asyncore", "dns", "ftplib", "h11", "h2", "http.client", "http_client", "httplib2", "httpcore", "httpx",
    "imaplib", "nntplib", "paramiko", "poplib", "pycurl", "pywebpush", "requests", "smtplib", "socket", "socketserver",
    "ssl", "telnetlib", "twisted", "urllib.request", "urllib3", "webbrowser", "websocket", "websockets", "xmlrpc",
)  # fmt: skip
"""Modules whose use can open a connection."""

OPENS = {"create_connection", "open_connection", "create_datagram_endpoint", "sock_connect", "urlopen", "urlretrieve"}

THE_WAY_OUT = {Path("federation/http.py"), Path("federation/guard.py")}
NOT_TO_OTHERS = {
    Path("journal/claims.py"): {"socket"},  # what this machine is called
    Path("config/server.py"): {"twisted"},  # listens, and calls nobody
    Path("config/demo/fleet.py"): {"socket", "urllib.request", "urlopen"},  # to the nodes that it has started itself
}


def modules() -> Iterator[tuple[Path, ast.AST]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def named(node: ast.AST) -> Iterator[str]:
    """The modules and functions that a piece of code names."""
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
        yield from (f"{node.module}.{each.name}" for each in node.names)
        yield from (each.name for each in node.names if each.name in OPENS)
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in OPENS:
            yield name
        if name in {"import_module", "__import__"} and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def way_out(name: str) -> str:
    """What of the list above a name is, or is part of; "" for nothing."""
    return next((each for each in (*SPEAKS, *OPENS) if name == each or name.startswith(f"{each}.")), "")


def ways_out() -> dict[Path, set[str]]:
    found: dict[Path, set[str]] = {}
    for path, tree in modules():
        for node in ast.walk(tree):
            for name in named(node):
                if each := way_out(name):
                    found.setdefault(path, set()).add(each)
    return found


def test_only_one_module_speaks_to_other_servers() -> None:
    found = ways_out()
    assert found.keys() >= THE_WAY_OUT, "the search finds too little to be trusted"
    elsewhere = {
        path: names - NOT_TO_OTHERS.get(path, set()) for path, names in found.items() if path not in THE_WAY_OUT
    }
    assert not {str(path): names for path, names in elsewhere.items() if names}


def test_what_is_let_through_here_is_still_there() -> None:
    found = ways_out()
    assert all(names <= found.get(path, set()) for path, names in NOT_TO_OTHERS.items())


def test_every_session_is_made_with_the_guard() -> None:
    """One place makes sessions; it looks names up and opens sockets only through the guard."""
    made = [
        (path, {keyword.arg for call in ast.walk(node) if isinstance(call, ast.Call) for keyword in call.keywords})
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "ClientSession"
    ]
    assert [path for path, _ in made] == [Path("federation/http.py")]
    assert made[0][1] >= {"resolver", "socket_factory", "trust_env", "use_dns_cache"}


def test_json_ld_is_given_our_loader_and_no_other() -> None:
    """PyLD fetches contexts by itself where nobody gives it a loader."""
    verbs = {"compact", "expand", "flatten", "frame", "normalize", "to_rdf"}
    asked = [
        (path, node)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in verbs
    ]
    of_pyld = [(path, node) for path, node in asked if getattr(getattr(node.func, "value", None), "id", "") == "jsonld"]
    assert of_pyld
    for path, node in of_pyld:
        assert path == Path("federation/jsonld.py") and len(node.args) == 3, path
    assert '"documentLoader": _load' in (ROOT / "federation/jsonld.py").read_text(encoding="utf-8")
