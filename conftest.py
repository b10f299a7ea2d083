"""For every test, those that nbval makes too: no figure is written into the checkout."""

import os
import tempfile

_FIGURES = tempfile.TemporaryDirectory(prefix="figures-")
os.environ["ANALYSIS_FIGURES"] = _FIGURES.name
os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
