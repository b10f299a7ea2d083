"""Open JupyterLab on copies of the notebooks: exploring never changes the committed ones."""

import os
import shutil
import sys
from pathlib import Path

from tools.stale import Project

LAB_OPTIONS = [  # a page to begin with; nothing is asked of the network
    "--LabApp.default_url=/lab/tree/00_start_here.ipynb",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
]
NEWS = "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
FOLDERS = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
FOLDERS |= {"JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
FOLDERS |= {"ANALYSIS_FIGURES": "figures"}


def copy_notebooks(notebooks: Path, folder: Path) -> int:
    """Copy a folder of notebooks; how many copies were there already, which are kept."""
    kept = [path.name for path in folder.rglob("*.ipynb")]
    skip = shutil.ignore_patterns("*.failed.ipynb", ".ipynb_checkpoints", *kept)
    bare = shutil.copyfile  # a copy of a file that may not be written can be
    shutil.copytree(notebooks, folder, False, skip, bare, dirs_exist_ok=True)
    return len(kept)


def own_folders(home: Path) -> dict[str, str]:
    """Where this JupyterLab keeps its settings and traces; its question about news is answered."""
    (home / NEWS).parent.mkdir(parents=True, exist_ok=True)
    (home / NEWS).write_text('{"fetchNews": "false", "checkForUpdates": false}\n', encoding="utf-8")
    return {name: str(home / folder) for name, folder in FOLDERS.items()}


def is_root() -> bool:
    """Is this the root user, as in many containers? Jupyter then starts only if that is meant."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def options(project: Project, extra: list[str]) -> list[str]:
    """The command line of JupyterLab; `extra` comes last, without its --, and wins."""
    folder = project.build / "lab" / "notebooks"
    root = ["--allow-root"] if is_root() else []
    own = [option for option in extra if option != "--"]
    return [f"--ServerApp.root_dir={folder}", *LAB_OPTIONS, *root, *own]


def open_lab(project: Project, extra: list[str]) -> int:
    """Copy, then run JupyterLab until it is closed."""
    if copy_notebooks(project.notebooks, project.build / "lab" / "notebooks"):
        kept = "build/lab/notebooks already has copies, kept as you left them"
        print(f"{kept}; delete build/lab to start afresh")
    os.environ |= own_folders(project.build / "lab")
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
    sys.stderr = sys.__stderr__  # its log has colours
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(argv=options(project, extra))
    return 0
