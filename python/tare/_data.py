"""Data as they are: a path, an array, a dict, an iterable of these, a DataLoader."""
from collections.abc import Mapping
from contextlib import contextmanager
from itertools import islice
from os import PathLike

import numpy as np

from ._errors import Error, path_text
from ._task import _driver, given, listed

_KINDS = "fiub"


def _array(value):
    if hasattr(value, "detach"):
        value = value.detach()
    if hasattr(value, "cpu"):
        value = value.cpu()
    if hasattr(value, "numpy"):
        value = value.numpy()
    array = np.asarray(value)
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    if array.dtype.kind not in _KINDS:
        raise Error(f"data: found {type(value).__name__} with elements {array.dtype}, expected arrays of numbers", ["data"])
    return np.ascontiguousarray(array).reshape(array.shape)


def _arrays(item):
    """An item's arrays by name; '' is that of the only input."""
    if isinstance(item, Mapping):
        return {str(name): _array(value) for name, value in item.items()}
    # (inputs, labels), as data sets for training have it.
    if isinstance(item, (tuple, list)) and item and not np.isscalar(item[0]):
        labels = {"labels": _array(item[1])} if len(item) == 2 else {}
        if len(item) > 2:
            raise Error(f"data: found an item of {len(item)} parts, expected an array, a dict, or a pair of inputs and labels", ["data"])
        return _arrays(item[0]) | labels
    return {"": _array(item)}


def _is_whole(data):
    """Whether the data are arrays, not an iterable of them."""
    return isinstance(data, (np.ndarray, Mapping)) or (hasattr(data, "numpy") and hasattr(data, "shape"))


def collect(data, samples=None):
    """The arrays' parts by name. At most `samples` items are taken: each holds one sample at least."""
    if not _is_whole(data) and not hasattr(data, "__iter__"):
        raise Error(f"data: found {type(data).__name__}, expected a path, an array, a dict of arrays, or an iterable of these", ["data"])
    items = [data] if _is_whole(data) else islice(data, samples)
    parts = {}
    count = 0
    for item in items:
        arrays = _arrays(item)
        if count and set(arrays) != set(parts):
            raise Error(f"data: item {count}: found arrays {sorted(arrays)}, expected {sorted(parts)} as in the items before", ["data"])
        for name, array in arrays.items():
            parts.setdefault(name, []).append(array)
        count += 1
    if not count:
        raise Error("data: found no items, expected one sample at least", ["data"])
    return parts


def media_options(input_types, preprocess):
    """What inputs take, and what becomes of pictures and sounds before."""
    return given(input_types=listed(input_types), preprocess=preprocess and path_text(preprocess))


@contextmanager
def named(data, samples=None):
    """A name by which the compiler reads the data, as long as the context lasts; '' for None."""
    if data is None:
        yield ""
    elif isinstance(data, (str, PathLike)):
        yield path_text(data)
    elif hasattr(data, "_ranges_text"):
        with data._as_file() as path:
            yield path
    else:
        held = _driver.MemoryArrays("data", collect(data, samples))
        yield held.name
