"""On Linux kernels are forked from one process that has imported pandas and the like already."""

import builtins
import ctypes
import gc
import json
import os
import signal
import socket
import sys
import weakref
from contextlib import suppress
from importlib import import_module
from runpy import run_module
from select import select
from subprocess import DEVNULL, Popen
from threading import Lock
from types import SimpleNamespace
from typing import Any

# Nothing of analysis/: a kernel's own imports tell what its notebook uses. No font: the place in
# its open file would be shared by all kernels.
WARM = ["ipykernel.kernelapp", "IPython.core.completerlib", "IPython.core.oinspect", "seaborn"]
WARM += ["matplotlib.backends.backend_svg", "matplotlib.style", "pandas.io.formats.html"]
POSSIBLE = sys.platform == "linux" and hasattr(os, "pidfd_open")


class Forked:
    """A forked kernel, with what is asked of a subprocess.Popen; its exit code counts as 0."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, handle: int) -> None:
        self.pid, self.handle = pid, handle  # handle: of this process, whoever has its pid later
        weakref.finalize(self, os.close, handle)

    def poll(self, seconds: float | None = 0) -> int | None:
        """None while it runs."""
        return 0 if select([self.handle], [], [], seconds)[0] else None

    def wait(self) -> int | None:
        return self.poll(None)

    def send_signal(self, number: int = signal.SIGKILL) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, number)

    kill = send_signal


class Nursery:
    """The warmed process. It ends with this one, however this ends, and all kernels with it."""

    def __init__(self, env: dict[str, str]) -> None:
        self.turn, (self.here, there) = Lock(), socket.socketpair(type=socket.SOCK_SEQPACKET)
        quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), DEVNULL)
        quiet |= {"start_new_session": True, "pass_fds": [there.fileno()]}
        with there:
            self.process = Popen([sys.executable, __file__, str(there.fileno())], env=env, **quiet)

    def fork(self, **wanted: Any) -> Forked | None:
        """A new kernel, see become_kernel; None without the process, as where an import failed."""
        with self.turn, suppress(OSError):
            self.here.sendall(json.dumps(wanted).encode())
            pid, handles, *_ = socket.recv_fds(self.here, 32, 1)
            return Forked(int(pid), handles[0]) if handles else None
        return None


def provisioner(manager: Any, warmed: Nursery) -> Any:
    """What starts and ends the kernel of a manager from jupyter_client."""
    from jupyter_client.provisioning import LocalProvisioner

    class ForkedProvisioner(LocalProvisioner):
        process: Any

        async def launch_kernel(self, cmd: list[str], **how: Any) -> Any:
            self.process = warmed.fork(argv=cmd[2:], cwd=how["cwd"], env=how["env"])
            return self.connection_info if self.process else await super().launch_kernel(cmd, **how)

    return ForkedProvisioner(parent=manager, kernel_spec=manager.kernel_spec)


def become_kernel(argv: list[str], cwd: str, env: dict[str, str]) -> None:
    """Do in the child what `python -m ipykernel_launcher` does."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    paths = env["PYTHONPATH"].split(os.pathsep)
    sys.argv, sys.path[:0] = argv, [cwd, *(path for path in paths if path not in sys.path)]
    import_module("numpy").random.seed()  # else all kernels would draw the same
    run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)


def serve(channel: socket.socket) -> None:
    """Warm up, then fork a kernel for each message, until the other side closes."""
    stdout, me = vars(sys)["stdout"], os.getpid()
    stdout.reconfigure(encoding="UTF-8")  # it and get_ipython tell pandas that this is a kernel
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=True)
    for name in WARM:
        import_module(name)
    del vars(builtins)["get_ipython"]
    gc.freeze()  # no kernel looks through what is loaded, or copies it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for an exit code
    while wanted := channel.recv(1 << 20):
        if len(os.listdir("/proc/self/task")) > 1:
            return  # a child would have one thread of them, and the others' locks for ever
        if not (pid := os.fork()):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends as this one ends
            channel.close()
            return become_kernel(**json.loads(wanted)) if os.getppid() == me else None
        handle = os.pidfd_open(pid)
        socket.send_fds(channel, [str(pid).encode()], [handle])
        os.close(handle)


if __name__ == "__main__":
    sys.path.pop(0)  # this folder
    serve(socket.socket(fileno=int(sys.argv[1])))
