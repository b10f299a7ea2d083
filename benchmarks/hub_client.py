"""A class's hub, started and stopped; a pupil as a program: signs in, opens a notebook, runs it.

A pupil does what a browser does: cookies, XSRF tokens, the hub's redirects, and the kernel's
websocket. httpx and tornado come with JupyterLab. Used by bench_hub.py and tests/test_hub.py.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tools.stale import Project

ROOT = Project.here().root
CONFIG = ROOT / "deploy" / "jupyterhub_config.py"
PROXY = ROOT / "build" / "hub" / "node_modules" / "configurable-http-proxy"
PATIENCE = 300  # seconds that one step may take
Cell = dict[str, Any]


def free_ports() -> int:
    """The first of three ports in a row that nobody listens on."""
    for first in range(18000, 30000, 10):
        with socket.socket() as a, socket.socket() as b, socket.socket() as c:
            try:
                for place, one in enumerate((a, b, c)):
                    one.bind(("127.0.0.1", first + place))
            except OSError:
                continue
            return first
    raise OSError("no three free ports in a row from 18000 to 30000")


def processes_of(*marks: str) -> list[int]:
    """The processes whose command line or environment has one of these texts (Linux)."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            said = (place / "cmdline").read_bytes() + b"\0" + (place / "environ").read_bytes()
        except OSError:  # ended meanwhile, or another person's
            continue
        if int(place.name) != os.getpid() and any(mark.encode() in said for mark in marks):
            found.append(int(place.name))
    return found


def wait_until_up(address: str, hub: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the hub answers; RuntimeError with the end of its log if it does not."""
    for _ in range(PATIENCE):
        try:
            if httpx.get(f"{address}/hub/health").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.5)
        if hub.poll() is not None:
            break
    raise RuntimeError(f"the hub did not start: {log.read_text()[-1500:]}")


@contextmanager
def running_hub(folder: Path, password: str) -> Iterator[tuple[str, int]]:
    """A hub with all its files in `folder`: its address and process id; stopped as by Ctrl-C.

    RuntimeError if a process is still there after that; it is ended then.
    """
    port = free_ports()
    own = {"HUB_PASSWORD": password, "HUB_PORT": str(port), "HUB_FOLDER": str(folder)}
    folder.mkdir(parents=True, exist_ok=True)
    address, log = f"http://127.0.0.1:{port}", folder / "hub.log"
    command = [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)]
    with log.open("wb") as out:
        hub = subprocess.Popen(
            command, env=os.environ | own, stdout=out, stderr=out, start_new_session=True
        )
    try:
        wait_until_up(address, hub, log)
        yield address, hub.pid
    finally:
        hub.send_signal(signal.SIGINT)
        try:
            hub.wait(timeout=120)
        except subprocess.TimeoutExpired:
            hub.kill()
        left = processes_of(str(folder), f"http://127.0.0.1:{port + 1}/")
        for process in left:
            os.kill(process, signal.SIGKILL)
    if left:
        raise RuntimeError(f"{len(left)} processes of the hub were left after Ctrl-C")


class Refused(RuntimeError):
    """What a pupil's server answers when it does not do what it is asked."""


class Pupil:
    """One pupil at one browser."""

    def __init__(self, address: str, name: str) -> None:
        self.name, self.address, self.kernel = name, address, ""
        self.http = httpx.AsyncClient(
            base_url=address, follow_redirects=True, timeout=PATIENCE, trust_env=False
        )
        self.socket: WebSocketClientConnection | None = None
        self.session = uuid.uuid4().hex

    def cookies(self, path: str) -> dict[str, str]:
        """The cookies that a browser would send to a path; those of the longest path win."""
        kept = sorted(self.http.cookies.jar, key=lambda cookie: len(cookie.path))
        return {one.name: one.value or "" for one in kept if path.startswith(one.path)}

    async def sign_in(self, password: str) -> None:
        """Through the form on the sign-in page. PermissionError if the hub does not let in."""
        await self.http.get("/hub/login")
        form = {"username": self.name, "password": password}
        form["_xsrf"] = self.cookies("/hub/")["_xsrf"]
        answer = await self.http.post("/hub/login", data=form)
        if answer.status_code >= 400 or answer.url.path == "/hub/login":
            raise PermissionError(f"{self.name}: {answer.status_code} at {answer.url.path}")

    async def wait_for_server(self) -> str:
        """Follow the page that shows how the server starts; returns the page it ends on."""
        path = f"/hub/api/users/{self.name}/server/progress"
        token = {"_xsrf": self.cookies("/hub/")["_xsrf"]}
        async with self.http.stream("GET", path, params=token) as events:
            async for line in events.aiter_lines():
                if line.startswith("data:") and json.loads(line[5:]).get("failed"):
                    raise RuntimeError(f"{self.name}: {line}")
        page = await self.http.get(f"/hub/user/{self.name}/")
        page.raise_for_status()
        return page.url.path

    async def call(self, method: str, what: str, **body: Any) -> Any:
        """The answer of the pupil's own server, as JSON. Refused with its message if it refuses."""
        here = f"/user/{self.name}/"
        headers = {"X-XSRFToken": self.cookies(here)["_xsrf"]}
        answer = await self.http.request(
            method, f"{here}api/{what}", headers=headers, json=body or None
        )
        if answer.is_error:
            raise Refused(f"{self.name}: {what}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    async def open(self, file: str) -> list[Cell]:
        """Read a notebook and start its kernel; returns its cells."""
        found = await self.call("GET", f"contents/{file}")
        kernel = {"name": found["content"]["metadata"]["kernelspec"]["name"]}
        opened = await self.call(
            "POST", "sessions", path=file, name=file, type="notebook", kernel=kernel
        )
        self.kernel = opened["kernel"]["id"]
        await self.connect()
        return list(found["content"]["cells"])

    async def connect(self) -> None:
        """Connect to the kernel, as JupyterLab does again after the line was cut."""
        here = f"/user/{self.name}/"
        kept = self.cookies(here)
        address = f"{self.address.replace('http', 'ws', 1)}{here}api/kernels/{self.kernel}/channels"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
        query = f"?session_id={self.session}&_xsrf={kept['_xsrf']}"
        request = HTTPRequest(address + query, headers=headers, request_timeout=PATIENCE)
        self.socket = await websocket_connect(request, max_message_size=2**28)

    async def ask(self, code: str) -> str:
        """Send code to the kernel; returns the id that its answers name."""
        assert self.socket is not None
        number = uuid.uuid4().hex
        head = {"msg_id": number, "msg_type": "execute_request", "session": self.session}
        head |= {"username": self.name, "version": "5.3", "date": ""}
        content = {"code": code, "silent": False, "store_history": True, "stop_on_error": True}
        content |= {"user_expressions": {}, "allow_stdin": False}
        message = {"header": head, "parent_header": {}, "metadata": {}, "channel": "shell"}
        await self.socket.write_message(json.dumps(message | {"content": content}))
        return number

    async def answers(self, number: str) -> list[Cell]:
        """What the kernel shows for a request, until it is idle again. ConnectionError if cut."""
        assert self.socket is not None
        shown = []
        while True:
            said = await self.socket.read_message()
            if said is None:
                raise ConnectionError(f"{self.name}: the websocket was closed")
            message = json.loads(said)
            if message["parent_header"].get("msg_id") != number:
                continue
            if message["msg_type"] in ("display_data", "execute_result", "stream", "error"):
                shown.append({"kind": message["msg_type"], **message["content"]})
            if message["content"].get("execution_state") == "idle":
                return shown

    async def run(self, code: str) -> list[Cell]:
        """What a cell shows. RuntimeError with the message if it ends in an error."""
        shown = await self.answers(await self.ask(code))
        for output in shown:
            if output["kind"] == "error":
                raise RuntimeError(f"{self.name}: {output['ename']}: {output['evalue']}")
        return shown

    async def leave(self) -> None:
        """Close the browser."""
        if self.socket is not None:
            self.socket.close()
        await self.http.aclose()


def is_figure(output: Cell) -> bool:
    """Whether a cell's output is a picture."""
    data = output.get("data", {})
    return "image/png" in data or "<img" in "".join(data.get("text/html", ""))
