"""Open JupyterLab on copies of the notebooks: exploring never changes the committed ones."""

import json
import os
import sys
from pathlib import Path
from time import strftime

from tools.rebuild import find_notebooks
from tools.stale import Project, file_digest, read_notebook

LAB_OPTIONS = [  # a page to begin with; nothing is asked of the network
    "--LabApp.default_url=/lab/tree/00_start_here.ipynb",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
]
NEWS = "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
STARTUP = "ipython/profile_default/startup/class.py"  # a cell that is run too early: a plain line
CLASS = 'if __import__("os").getcwd().endswith("class"): __import__("analysis.lesson")\n'
FOLDERS = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
FOLDERS |= {"JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
FOLDERS |= {"ANALYSIS_FIGURES": "figures"}


def as_opened(path: Path) -> str:
    """A notebook with what JupyterLab adds when it opens one, and would then ask to save."""
    from ipykernel.ipkernel import IPythonKernel

    notebook = read_notebook(path)
    notebook["metadata"]["language_info"] = IPythonKernel.language_info
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def copy_notebooks(project: Project, folder: Path, fresh: list[str]) -> list[str]:
    """Make or refresh the copies in the folder; what to say of those that a reader changed.

    Changed is what was never copied. It stays; if it is one of `fresh` under another name, and a
    new copy takes its place.
    """
    record, said = folder.parent / ".copied", list[str]()  # a digest of each copy ever made
    known = record.read_text(encoding="ascii") if record.exists() else ""
    for name in project.names(every=True):
        copy, content = folder / f"{name}.ipynb", as_opened(project.path(name))
        if copy.exists() and file_digest(copy) not in known:
            if name not in fresh:
                again = f"to start it over: python -m analysis lab --fresh {name}"
                said.append(f"{name} is kept as you changed it; {again}")
                continue
            aside = copy.rename(copy.with_suffix(f".{strftime('%Y%m%d-%H%M%S')}.ipynb"))
            said.append(f"your {name} is kept beside it as {aside.name}")
        if not copy.exists() or copy.read_text(encoding="utf-8") != content:  # a Lab may show it
            copy.parent.mkdir(parents=True, exist_ok=True)
            part = copy.with_suffix(".part")
            part.write_text(content, encoding="utf-8", newline="\n")
            with record.open("a", encoding="ascii") as digests:
                digests.write(f"{file_digest(part)}\n")
            part.replace(copy)
    return said


def own_folders(home: Path) -> dict[str, str]:
    """Where this JupyterLab keeps its settings and traces; its question about news is answered."""
    news = '{"fetchNews": "false", "checkForUpdates": false}\n'
    for name, text in ((NEWS, news), (STARTUP, CLASS)):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
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


def open_lab(project: Project, extra: list[str], fresh: list[str] | None = None) -> None:
    """Copy, then run JupyterLab until it is closed; with `fresh` only copy those, or all, anew."""
    anew = [] if fresh is None else find_notebooks(project, fresh, True) or project.names(True)
    folder = project.build / "lab" / "notebooks"
    print(*copy_notebooks(project, folder, anew), sep="\n", flush=True)
    if fresh is not None:
        return print(f"copied anew to build/lab/notebooks: {', '.join(anew)}")
    os.environ |= own_folders(project.build / "lab") | {"JUPYTER_PLATFORM_DIRS": "1"}
    sys.stderr = sys.__stderr__  # its log has colours
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(argv=options(project, extra))
