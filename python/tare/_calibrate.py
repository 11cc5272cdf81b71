"""The range of every value of a network."""
import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from ._convert import calibration_options
from ._data import media_options, named
from ._errors import path_text
from ._files import path_of, shown_as
from ._task import _driver, call, given


@dataclass(frozen=True)
class Histogram:
    """What was seen of a value, real numbers.

    edges:   where bins begin and end, [bins + 1]; float64
    counts:  how many values are in each, [bins]; uint64. Empty where the method looks at ends alone; only the ends count where it
             looks at tails (method "percentile", and "auto" at 16 bits)
    min, max: of all finite values
    finite, zeros, non_finite: how many there were; zeros are in the bins, too
    """

    edges: np.ndarray
    counts: np.ndarray
    min: float
    max: float
    finite: int
    zeros: int
    non_finite: int


def _histogram(width, negative, positive, least, most, finite, zeros, non_finite):
    counts = np.array([*reversed(negative), *positive], np.uint64)
    edges = (np.arange(len(counts) + 1) - len(negative)) * width if len(counts) else np.empty(0)
    return Histogram(edges, counts, least, most, finite, zeros, non_finite)


class Calibration:
    """Ranges, as `tare calibrate` writes them. Taken as `data` by convert() and ir()."""

    def __init__(self, text, observed):
        self._ranges_text = text
        self._observed = {name: rest for name, *rest in observed}
        contents = json.loads(text)
        self.method: str = contents.get("method", "")
        """How the ranges were found."""
        self.samples: int = contents.get("samples", 0)
        """On how many samples."""
        self.ranges: dict[str, dict] = contents.get("values", {})
        """By value what the ranges file has: "min" and "max", what was seen, and where the range comes from."""

    @property
    def histograms(self) -> dict[str, Histogram]:
        """By value what was seen of it; none of a calibration that was not made here."""
        return {name: _histogram(*rest) for name, rest in self._observed.items()}

    def __repr__(self):
        return f"<tare.Calibration: {len(self.ranges)} values, by {self.method} on {self.samples} samples>"

    def save(self, path: str | PathLike) -> None:
        """Writes the ranges file, which `tare convert --calibration` takes."""
        Path(path_text(path)).write_text(self._ranges_text)

    @contextmanager
    def _as_file(self):
        with tempfile.TemporaryDirectory(prefix="tare-") as folder:
            path = Path(folder) / "ranges.json"
            self.save(path)
            with shown_as(str(path), path.name):
                yield str(path)


def calibrate(model, data=None, *, target: str | PathLike | None = None, method: str | None = None, percentile: float | None = None,
              samples: int | None = None, activations: str | None = None, random: bool = False, input_shapes=None,
              input_values=None, input_types=None, preprocess: str | PathLike | None = None, states=None, config=None, max_memory: int | None = None, threads: int | None = None,
              progress=None) -> Calibration:
    """Finds the range of every value of a network on data: what `tare calibrate` does. The arguments are those of convert()."""
    with path_of(model) as path, named(data, samples) as source:
        options = given(target=target and path_text(target), method=method, percentile=percentile, activations=activations,
                        max_memory=max_memory, threads=threads, **media_options(input_types, preprocess))
        request = calibration_options(path, source, samples, random, input_shapes, input_values, states, options, config)
        text, observed = call(_driver.calibrate, request, progress=progress)
    return Calibration(text, observed)
