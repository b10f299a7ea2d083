"""For every test, those of nbval too: no figure goes into the checkout, a notebook runs once."""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "tests"))  # where once.py lies
_FIGURES = tempfile.TemporaryDirectory(prefix="figures-")
os.environ["ANALYSIS_FIGURES"] = _FIGURES.name
os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker shares its session's folder
    _SHARED = tempfile.TemporaryDirectory(prefix="shared-", ignore_cleanup_errors=True)
    os.environ["TESTS_SHARED"] = _SHARED.name


def notebooks_among(items):
    """The notebooks whose cells nbval compares, of those that a rebuild runs."""
    import once

    paths = {item.path for item in items if type(item).__name__ == "IPyNbCell"}
    return [name for name in once.PROJECT.names() if once.PROJECT.path(name) in paths]


def pytest_collection_finish(session):
    """Notebooks that are among the tests begin to run at once, beside the other tests."""
    import once

    if not session.config.option.collectonly:
        once.start_notebooks(notebooks_among(session.items))


def pytest_configure(config):
    """nbval compares as ever, but with this session's one run of a notebook."""
    if not config.pluginmanager.hasplugin("nbval"):
        return
    import once
    from nbval.plugin import IPyNbFile

    with_kernel = IPyNbFile.setup

    def setup(file):
        name = file.path.stem
        if file.path != once.PROJECT.path(name) or name not in once.PROJECT.names():
            return with_kernel(file)
        file.kernel = once.Replayed(once.fresh(name))
        return file.setup_sanitize_files()

    IPyNbFile.setup = setup
