"""From a network to a program, or to any form on the way."""
import json
from os import PathLike

from . import _runtime
from ._data import media_options, named
from ._errors import Error, path_text
from ._files import path_of
from ._task import _driver, call, given, listed
from ._texts import shown
from .runtime import Program

STAGES = ("import", "float", "ranges", "qdq", "fused", "npu")


def _configs(config):
    """The files of one path or of several."""
    return None if config is None else [path_text(each) for each in ([config] if isinstance(config, (str, PathLike)) else config)]


def calibration_options(model, data, samples, random, input_shapes, input_values, states, options, config=None):
    return given(model=model, configs=_configs(config), data=data, samples=samples, random=random, input_shapes=listed(input_shapes),
                 input_values=listed(input_values), states=listed(states), **options)


def _compile(model, data, *, samples, random, input_shapes, input_values, states, progress, strip_io=None, inputs=None,
             outputs=None, output=None, dump_ir=None, target=None, config=None, input_types=None, preprocess=None, **options):
    with path_of(model) as path, named(data, samples) as source:
        request = calibration_options(path, source, samples, random, input_shapes, input_values, states, given(
            strip_io=listed(strip_io), inputs=listed(inputs), outputs=listed(outputs), output=output and path_text(output),
            dump_ir=dump_ir and path_text(dump_ir), target=target and path_text(target), **options,
            **media_options(input_types, preprocess)), config)
        file, report = call(_driver.compile, request, progress=progress)
        return shown(path), file, json.loads(shown(report))


def convert(model, data=None, *, target: str | PathLike | None = None, method: str | None = None, percentile: float | None = None,
            samples: int | None = None, activations: str | None = None, random: bool = False, input_shapes=None,
            input_values=None, input_types=None, preprocess: str | PathLike | None = None, states=None, strip_io=None, inputs=None,
            outputs=None, host: str = "allow",
            host_tail: bool = False, narrow_states: bool = False, repair: bool = True, allow_uncalibrated: bool = False,
            strict: bool = False, check: int | None = None, config=None, bias_correction: bool = False, equalize: bool = False,
            weight_rounding: str = "nearest", budget: str | None = None, max_memory: int | None = None, threads: int | None = None,
            timing: bool = False, dump_ir: str | PathLike | None = None, progress=None) -> Program:
    """Turns an ONNX network into an integer-only program: what `tare convert` does, byte for byte.

    model:   the path of an .onnx or of IR (.mlir), or an onnx.ModelProto
    data:    what ranges are found on: a path (.npz, .npy, pictures or sounds, a folder of these, a ranges file), an array, a dict of arrays by the inputs'
             names, a tare.Calibration, or any iterable of arrays, dicts or (inputs, labels) pairs, as a DataLoader is. An item
             is a sample of the input's shape, or a batch whose first axis counts samples. None: the IR has its ranges, or
             `random`.
    target:  a shipped target's name ("generic") or the path of a YAML file
    method:  how ranges are found: "auto", "min_max", "mean_min_max", "percentile", "mse", "kl", "kl_v2", "aciq"
    percentile: of method "percentile": the percentage of values that is kept, 50 to 100
    samples: use at most so many; of an iterable so many items are taken
    activations: "i8" or "i16"; by default what the target prefers
    random:  calibrate on random numbers: for trying the flow, not for use
    input_shapes, input_values, states: {"x": (1, 3, 224, 224), "batch": 1}, {"sr": 16000}, {"h": "h_out"}
    input_types: {"x": "nv12"}: inputs that take what a device has (docs/preprocessing.md)
    preprocess: the path of a YAML file: what becomes of pictures, arrays of pixels and sounds before they enter
    strip_io: what the host does at the border: ["quantize", "dequantize", "transpose", "concat"]
    inputs, outputs: names of values; the part of the network between them is taken
    host:    "allow" or "error": whether layers that have no integer form may run on the host in float
    check:   how many samples of the data run through the program, compared with float (4; 0: none)
    strict:  refuse a program of which an output has collapsed
    config:  the path of a configuration of single layers, or of another tool's ranges or scales, or a list of these, of which
             later ones win (docs/configuration.md)
    bias_correction: biases take what rounding the weights shifts results by, on the data's average
    equalize: the weights before and behind a channel are made alike in size, before calibration
    weight_rounding: "nearest", or "adaptive": each weight to the side where its layer's results lose least on the data
    budget:  "SQNR=30dB" or "loss=0.3%": the fewest and cheapest values get 16 bits with which all outputs reach it; "bytes=200kB":
             those that are worth most within so many bytes of constants and arena. program.report["budget"] says which
    max_memory: in units of 2^20 bytes
    progress: True or False, or a callable (what, done, total); by default on terminals and in notebooks

    The rest is as `tare convert --help` says. Warnings are of tare.TareWarning; an error is a tare.Error.
    """
    path, file, report = _compile(
        model, data, target=target, method=method, percentile=percentile, samples=samples, activations=activations,
        random=random, input_shapes=input_shapes, input_values=input_values, input_types=input_types, preprocess=preprocess,
        states=states, strip_io=strip_io, inputs=inputs, outputs=outputs, host=host, host_tail=host_tail, narrow_states=narrow_states, repair=repair,
        allow_uncalibrated=allow_uncalibrated, strict=strict, check=check, config=config, bias_correction=bias_correction, equalize=equalize,
        weight_rounding=weight_rounding, budget=budget, max_memory=max_memory, threads=threads,
        timing=timing, dump_ir=dump_ir, progress=progress)
    return Program(_runtime.Program.from_bytes(file, path, False, threads or 0), report=report)


def ir(model, stage: str, data=None, *, samples: int | None = None, random: bool = False, input_shapes=None, input_values=None,
       states=None, progress=None, **options) -> str:
    """The IR of a network at a stage, as text with all constants: what `tare convert --emit mlir:STAGE` writes.

    stage:   "import", "float", "ranges", "qdq", "fused" or "npu"
    data and the options: as of convert(); data are needed from "ranges" on
    """
    if stage not in STAGES:
        raise Error(f"stage: found {stage!r}, expected one of {', '.join(STAGES)}")
    return _emitted("ir", "mlir:" + stage, model, data, samples=samples, random=random, input_shapes=input_shapes,
                    input_values=input_values, states=states, progress=progress, **options).decode()


def qdq_model(model, data=None, *, samples: int | None = None, random: bool = False, input_shapes=None, input_values=None,
              states=None, progress=None, **options) -> bytes:
    """The quantized network as an ONNX model, the bytes of its file: what `tare convert --emit qdq-onnx` writes.

    data and the options: as of convert()
    """
    return _emitted("qdq_model", "qdq-onnx", model, data, samples=samples, random=random, input_shapes=input_shapes,
                    input_values=input_values, states=states, progress=progress, **options)


def encodings(model, data=None, *, samples: int | None = None, random: bool = False, input_shapes=None, input_values=None,
              states=None, progress=None, **options) -> dict:
    """The scales of all tensors as AIMET and QNN have them: what `tare convert --emit encodings` writes.

    data and the options: as of convert()
    """
    return json.loads(_emitted("encodings", "encodings", model, data, samples=samples, random=random, input_shapes=input_shapes,
                               input_values=input_values, states=states, progress=progress, **options))


def _emitted(function, form, model, data, **options) -> bytes:
    if "emit" in options or "output" in options:
        raise TypeError(f"{function}() gives what it makes; it has no option 'emit' or 'output'")
    _, file, _ = _compile(model, data, emit=form, **options)
    return file
