"""JupyterLab for a test in a browser: on copies of notebooks, offline, with settings of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
SECONDS = 300  # the longest that a start or a notebook may take
OPTIONS = ["--no-browser", "--ip=127.0.0.1", "--IdentityProvider.token=", "--allow-root", "--LabApp.news_url=None"]
OPTIONS += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly"]
SETTINGS = {  # all cells are drawn at once, however long the notebook; no question about news
    "notebook-extension/tracker": {"windowingMode": "none", "kernelShutdown": True},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
IDLE = {"argv": ["sleep", "900"], "display_name": "Python 3 (ipykernel)", "language": "python"}


@contextmanager
def serving(notebooks, home, runs=False):
    """The address of a JupyterLab that shows copies of the notebooks; its kernels only sleep, unless it `runs` them."""
    shutil.copytree(notebooks, home / "notebooks")
    for name, settings in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    if not runs:
        (home / "share" / "kernels" / "python3").mkdir(parents=True)
        (home / "share" / "kernels" / "python3" / "kernel.json").write_text(json.dumps(IDLE), encoding="utf-8")
    folders = {"CONFIG_DIR": "config", "DATA_DIR": "data", "RUNTIME_DIR": "runtime", "PATH": "share"}
    env = os.environ | {f"JUPYTER_{name}": str(home / folder) for name, folder in folders.items()}
    env |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = [f"--port={port}", f"--ServerApp.root_dir={home / 'notebooks'}"]
    with (home / "lab.log").open("wb") as log:
        command = [sys.executable, "-m", "jupyter", "lab", *OPTIONS, *root]
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        yield answering(f"http://127.0.0.1:{port}", home / "lab.log")
    finally:
        server.terminate()
        server.wait(timeout=SECONDS)


def answering(address, log):
    """The address, once the server answers there."""
    for _ in range(SECONDS * 2):
        try:
            with urllib.request.urlopen(f"{address}/api", timeout=SECONDS):
                return address
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(f"JupyterLab did not answer in {SECONDS} s: {log.read_text()[-800:]}")
