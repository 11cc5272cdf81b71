"""Scores: by a metric on labelled data, or by an inference function of one's own."""
import json
from dataclasses import dataclass
from math import isfinite

import numpy as np

from ._data import media_options, named
from ._errors import Error
from ._executor import Executor, Model
from ._files import path_of
from ._task import _driver, call, given, listed
from ._texts import shown
from .runtime import Program, load


# What evaluate() calls otherwise than convert().
_OPTIONS = {"calibration": "calibration", "output": "outputs"}


@dataclass(frozen=True)
class Evaluation:
    """What an inference function made of a model in float and of its program.

    float_score, fixed_score: what the function gave; None where it gave None
    loss_percent: |fixed - float| / |float| * 100; None where a score is missing, or float is 0 or not finite and fixed is another
    float, fixed: the executors, with every layer's result of their last forward()
    """

    float_score: float | None
    fixed_score: float | None
    loss_percent: float | None
    float: Executor
    fixed: Executor

    def __str__(self):
        if self.float_score is None or self.fixed_score is None:
            return "Loss: none, as the inference function gave no number"
        scores = f"fixed {self.fixed_score:.6g}, float {self.float_score:.6g}"
        if self.loss_percent is None:
            return f"Loss: undefined, as the float score is {self.float_score:g}, of which no loss is a share ({scores})"
        return f"Loss = |fixed - float| / |float| * 100 = {self.loss_percent:.4f} % ({scores})"


def _loss(fixed, real):
    if fixed is None or real is None:
        return None
    if fixed == real:
        return 0.0
    if real == 0 or not isfinite(real) or not isfinite(fixed):
        return None
    return abs(fixed - real) / abs(real) * 100


def _number(value, function):
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        name = getattr(function, "__name__", repr(function))
        raise Error(f"infer: {name} gave {type(value).__name__}, expected a number or None") from None


def _held(program):
    """The real numbers that a program's inputs hold, by name: beyond, float and integers cannot but differ."""
    if not isinstance(program, Program):
        if not str(program).endswith(".tare"):
            return {}
        program = load(program)
    held = {}
    for real, port in zip(program.inputs, program.raw_inputs):
        if port.scales and real.dtype.kind == "f":
            limits = np.iinfo(port.dtype)
            ends = [[scale * (limit - port.zero_point) for scale in port.scales] for limit in (limits.min, limits.max)]
            held[real.name] = (max(ends[0]), min(ends[1]))
    return held


def _random_inference(seed, held):
    """Runs random data by shape and type; gives the root mean square of the outputs. Of indices those of the first executor's
    model, which another one gets, too."""
    integers = {}

    def infer(executor):
        if not integers:
            integers.update({name: limits for name, limits in zip(executor.input_names, executor.model.input_integers) if limits})
        generator = np.random.default_rng(seed)
        squares, count = 0.0, 0
        for _ in range(executor.iterations):
            for output in executor.forward(executor.random_batch(generator, held, integers)):
                if output.dtype.kind == "f":
                    squares += float(np.sum(np.square(output, dtype=np.float64)))
                    count += output.size
        return (squares / count) ** 0.5 if count else None

    return infer


def evaluate(model, program, data=None, *, metric: str | None = None, infer=None, iterations: int = 1, seed: int = 0,
             keep_layers: bool = True, quiet: bool = False, labels: str | None = None, outputs=None, peak: float | None = None, nms: float | None = None,
             min_score: float | None = None, calibration=None, samples: int | None = None, input_shapes=None, input_values=None,
             input_types=None, preprocess=None, reference: bool = False, max_memory: int | None = None, threads: int | None = None, progress=None):
    """Scores a model and what was made of it.

    model:    the float model: a path (.onnx, .mlir) or an onnx.ModelProto
    program:  what was made of it: a path or a tare.Program; with `metric` also a list of them

    By a metric, on labelled data (`tare evaluate`); gives a dict, what `tare evaluate --json` prints (docs/tools.md):
    data:     as of convert(), with an array of labels beside the inputs, or pairs (inputs, labels)
    metric:   "top1", "top5", "auc", "psnr", "cosine", "map", or "command:PROGRAM"
    labels, outputs, peak, nms, min_score, calibration, samples: as `tare evaluate --help` says
    input_types, preprocess: as of convert()

    By an inference function, once in float and once in integers; prints the loss unless `quiet`, and gives an Evaluation:
    infer:    a function of an Executor: it calls executor.forward(batch) with its own data, and gives a number (a score) or None.
              executor.batch_size, .iterations, .input_names, .input_shapes, .input_types and .output_names say what it runs;
              executor.layer_results has every layer's result of the last forward(). None for random data by shape and type
              (normally distributed, within what the program's inputs hold; indices that there are), the score of which is the root mean square of the outputs.
    iterations: what executor.iterations is; with random data the number of batches
    keep_layers: whether layers' results are kept

    Where the float score is 0, no loss is a share of it: it is 0 for an equal score, and None otherwise.
    """
    if metric is not None and infer is not None:
        raise Error("metric and infer exclude each other; give one of them")
    if metric is None:
        return _by_function(model, program, infer or _random_inference(seed, _held(program)), iterations, keep_layers, quiet, data,
                            dict(input_shapes=input_shapes, input_values=input_values, max_memory=max_memory), reference)
    return _by_metric(model, program if isinstance(program, (list, tuple)) else [program], data, calibration, given(
        metric=metric, labels=labels, outputs=listed(outputs), peak=peak, nms=nms, min_score=min_score, samples=samples,
        input_shapes=listed(input_shapes), input_values=listed(input_values), max_memory=max_memory, threads=threads,
        **media_options(input_types, preprocess)), progress)


def _by_metric(model, programs, data, calibration, options, progress):
    from contextlib import ExitStack

    with ExitStack() as held:
        paths = [held.enter_context(path_of(model))]
        paths += [held.enter_context(path_of(one, f"programs[{number}]")) for number, one in enumerate(programs)]
        source = held.enter_context(named(data, options.get("samples")))
        options |= given(model=paths[0], programs=paths[1:], data=source, calibration=held.enter_context(named(calibration)))
        return json.loads(shown(call(_driver.evaluate, options, progress=progress, named_as=_OPTIONS)))


def _by_function(model, program, infer, iterations, keep_layers, quiet, data, options, reference):
    executors = [Executor(Model(model, data=data, **options), iterations, keep_layers),
                 Executor(Model(program, reference=reference), iterations, keep_layers)]
    scores = [_number(infer(executor), infer) for executor in executors]
    result = Evaluation(scores[0], scores[1], _loss(scores[1], scores[0]), *executors)
    if not quiet:
        print(result)
    return result
