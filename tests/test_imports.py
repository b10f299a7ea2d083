"""Importing the package is light: no plotting, no statistics, no notebooks until they are asked for."""

import json
import subprocess
import sys

import pytest

HEAVY = ["matplotlib", "seaborn", "scipy", "nbclient"]


def loaded(statement):
    """Which of the heavy libraries a fresh Python has loaded after the statement."""
    code = f"{statement}\nimport json, sys\nprint(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "statement",
    [
        "import analysis",
        "import analysis.rounding",
        "import analysis.tables",
        "import analysis.rates",
        "import analysis.ranks",
        "import analysis.lesson",
        "import analysis.__main__",
    ],
)
def test_nothing_heavy_is_loaded(statement):
    assert loaded(statement) == []


def test_figures_do_load_matplotlib():
    assert "matplotlib" in loaded("import analysis.figures")  # or the tests above could not fail
