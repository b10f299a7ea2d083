"""Open JupyterLab on copies of the notebooks, so that exploring never changes the committed ones."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from tools.stale import Project

FIRST = "00_start_here.ipynb"
QUIET = [  # nothing is asked of the network
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
]


def copy_notebooks(project: Project) -> int:
    """Copy the notebooks to build/lab/notebooks and return how many copies were there already, which are kept."""
    kept = 0
    target = project.build / "lab" / "notebooks"
    for source in sorted(project.notebooks.rglob("*.ipynb")):
        if source.name.endswith(".failed.ipynb") or ".ipynb_checkpoints" in source.parts:
            continue
        copy = target / source.relative_to(project.notebooks)
        if copy.exists():
            kept += 1
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    return kept


def own_folders(home: Path) -> dict[str, str]:
    """Where this JupyterLab keeps its settings and traces: under build/lab, with the question about news answered."""
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    quiet = json.dumps({"fetchNews": "false", "checkForUpdates": False})
    (settings / "notification.jupyterlab-settings").write_text(quiet + "\n", encoding="utf-8")
    kept = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    kept |= {"JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    return {name: str(home / folder) for name, folder in kept.items()}


def options(project: Project, extra: list[str]) -> list[str]:
    """The command line of JupyterLab; `extra` comes last and wins."""
    folder = project.build / "lab" / "notebooks"
    quiet = [*QUIET, "--allow-root"] if is_root() else QUIET
    return [f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{FIRST}", *quiet, *extra]


def is_root() -> bool:
    """Is this the root user, as in many containers? Jupyter then starts only if told that this is meant."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def open_lab(project: Project, extra: list[str]) -> int:
    """Copy, then run JupyterLab until it is closed."""
    if copy_notebooks(project):
        print("build/lab/notebooks already has copies, kept as you left them; delete build/lab to start afresh")
    home = project.build / "lab"
    os.environ |= own_folders(home) | {"ANALYSIS_FIGURES": str(home / "figures")}
    os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(argv=options(project, extra))
    return 0
