"""For every test, nbval's too: no figure is written into the checkout, and no port is taken."""

import os
import sys
import tempfile
from uuid import uuid4

import nbval.kernel
from jupyter_client.manager import KernelManager

_FIGURES = tempfile.TemporaryDirectory(prefix="figures-")
os.environ["ANALYSIS_FIGURES"] = _FIGURES.name
os.environ["JUPYTER_PLATFORM_DIRS"] = "1"


def without_ports(**options):
    """A kernel manager of nbval's, as tools.run makes them: two files are tested at a time."""
    return KernelManager(transport="ipc", ip=f"@{uuid4()}", **options)


if sys.platform == "linux":
    nbval.kernel.KernelManager = without_ports
