"""The notebook of examples/ runs from its first cell to its last."""
import os

import pytest
from conftest import PACKAGE, ROOT


def test_notebook_runs(monkeypatch):
    nbclient = pytest.importorskip("nbclient", reason="NOT TESTED: examples/python.ipynb needs nbclient and ipykernel of test/requirements.txt")
    pytest.importorskip("ipykernel", reason="NOT TESTED: examples/python.ipynb needs nbclient and ipykernel of test/requirements.txt")
    import nbformat

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PACKAGE), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(ROOT / "examples/python.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(ROOT / "examples")}}).execute()
    printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))
    assert "Loss = |fixed - float| / |float| * 100 = " in printed and "'entropy' | one of auto" in printed
