"""Another server, on loopback: it answers what a test tells it to and remembers what it was asked."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ACTIVITY = "application/activity+json"


@dataclass
class Reply:
    body: bytes = b'{"type":"Note"}'
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": ACTIVITY})


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answering = Reply | Callable[[BaseHTTPRequestHandler], None]


class OtherServer:
    """`routes` maps a path to a Reply, or to a function that writes the answer itself."""

    def __init__(self) -> None:
        self.routes: dict[str, Answering] = {}
        self.asked: list[Asked] = []
        self.port = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def redirects(self, *hops: str) -> str:
        """A chain of redirects over these addresses, started by the path returned."""
        for number, hop in enumerate(hops):
            self.routes[f"/hop/{number}"] = Reply(b"", 302, {"Location": hop})
        return self.url("/hop/0")


@contextmanager
def other_server() -> Iterator[OtherServer]:
    other = OtherServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            names = {name.lower(): value for name, value in self.headers.items()}
            other.asked.append(Asked(self.command, self.path, names, body))
            reply = other.routes.get(self.path, Reply())
            if not isinstance(reply, Reply):
                reply(self)
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = answer

        def log_message(self, *_args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: object) -> None:
            """Clients that hang up early are what some of these tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    other.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield other
    finally:
        server.shutdown()
        server.server_close()
