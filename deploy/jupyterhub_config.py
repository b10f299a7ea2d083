"""The class's hub: JupyterHub on this computer, for a trial or a trusted room. See README.md here.

Started by `make hub`. The environment has HUB_PASSWORD, the class's password (there is none in this
file); HUB_PORT (8000), the first of three ports; HUB_FOLDER (build/hub), which holds all that is
written, with the pupils' files.

Pupils are NOT separated from one another: every server runs as the person who started the hub.
"""

import os
import resource
import sys
from pathlib import Path

from tools.lab import LAB_OPTIONS, copy_notebooks, is_root, own_folders
from tools.stale import Project

c = get_config()  # noqa: F821
root = Project.here().root
folder = Path(os.environ.get("HUB_FOLDER") or root / "build" / "hub").resolve()
port = int(os.environ.get("HUB_PORT") or 8000)
notebooks, first = root / "notebooks", "class/lesson_1.ipynb"
if not (notebooks / first).exists():
    first = "01_prevalence.ipynb"
MEMORY = 2**30  # bytes that a pupil's server, and the kernel it starts, may each ask for
CLASS = 40  # servers at once; a class that comes in together must not be turned away
TABS = "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"  # a closed tab stops its kernel
IDLE = 3600  # seconds without a sign of life after which a server is stopped; the files stay

password = os.environ.get("HUB_PASSWORD", "")
if len(password) < 8:
    print(
        "the hub starts only with a password for this class, of 8 letters or more. In bash:\n"
        "    read -rs HUB_PASSWORD && export HUB_PASSWORD && make hub",
        file=sys.stderr,
    )
    sys.exit(2)

# All that is written lies in one folder, and only who started the hub can read it.
os.umask(0o077)
folder.mkdir(parents=True, exist_ok=True)
c.JupyterHub.db_url = f"sqlite:///{folder}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = f"{folder}/cookie_secret"
c.ConfigurableHTTPProxy.pid_file = f"{folder}/proxy.pid"

# This computer only. For a network: README.md, "On a school's server".
c.JupyterHub.bind_url = f"http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port + 1}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port + 2}"
proxy = root / "build" / "hub" / "node_modules" / "configurable-http-proxy" / "bin"
c.ConfigurableHTTPProxy.command = ["node", str(proxy / "configurable-http-proxy")]

# Who may sign in: anyone who knows the class's password, under a name of plain letters and figures.
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = password
c.Authenticator.allow_all = True
c.Authenticator.username_pattern = r"^[a-z][a-z0-9-]{0,29}$"  # it names a folder
NAMES = "A name of small letters a to z, figures and hyphens; the same one each time."
c.JupyterHub.template_vars = {"announcement_login": NAMES}
c.JupyterHub.shutdown_on_logout = True


def limit() -> None:
    """In the new process, before it becomes a pupil's server; the kernel inherits both limits."""
    os.nice(5)  # under a full class the hub itself still answers
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def write_once(file: Path, text: str) -> None:
    """Write a setting that the pupil may change later."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(text, encoding="utf-8")


def prepare(spawner) -> None:
    """The pupil's own copies, made once and then kept; settings and traces lie elsewhere."""
    own, traces = (folder / kind / spawner.user.name for kind in ("pupils", "traces"))
    copy_notebooks(Project.here(), own, [])
    handed_in = folder / "handed_in" / spawner.user.name  # what `collect` reads: the lessons only
    handed_in.parent.mkdir(exist_ok=True)
    if not handed_in.is_symlink():
        handed_in.symlink_to(Path("..", "pupils", spawner.user.name, first).parent)
    write_once(traces / "settings" / TABS, '{"kernelShutdown": true}\n')
    spawner.notebook_dir, spawner.home_dir = str(own), str(traces)
    spawner.environment = {**THREADS, **own_folders(traces)}
    spawner.popen_kwargs = {"preexec_fn": limit, "cwd": own}


# A computation of one pupil may not take all cores; fonts are listed once, not by every pupil.
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "JUPYTER_PLATFORM_DIRS": "1"}
THREADS["MPLCONFIGDIR"] = f"{folder}/matplotlib"
c.JupyterHub.spawner_class = "simple"
c.Spawner.pre_spawn_hook = prepare
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = [option for option in LAB_OPTIONS if "default_url" not in option]
c.Spawner.args += ["--ServerApp.kernel_manager_class=deploy.one_kernel.OneKernel"]
c.Spawner.args += ["--LanguageServerManager.autodetect=False"]  # it would start npm to look for any
c.Spawner.args += ["--allow-root"] if is_root() else []
c.Spawner.default_url = f"/lab/tree/{first}"
c.Spawner.start_timeout = c.Spawner.http_timeout = 300  # a class on two cores: slow, not lost
c.JupyterHub.concurrent_spawn_limit = c.JupyterHub.active_server_limit = CLASS

c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE}"],
    }
]
scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
c.JupyterHub.load_roles = [
    {"name": "idle-culler", "scopes": scopes, "services": ["idle-culler"]}
]
