"""`tare verify --rounding MODE --inputs DATA` against numpy, which computes the network with both roundings from golden vectors."""
import numpy as np
import pytest

from harness import ROOT, Prepared, fails, tare, tare_json
from models import CASES
from replay import ROUNDINGS, Golden, compute, run

DIGITS = ROOT / "examples/digits"


def expected(golden, rounding):
    """Per layer that rounds, and per output: the elements, and those that differ."""
    layers, outputs = [], []
    for layer in golden.layers:
        if "requantization" not in layer:
            continue
        differing = total = 0
        for sample in range(golden.samples):
            y = golden.of(layer["output"], sample)
            other = compute(layer, [golden.of(operand, sample) for operand in layer["operands"]], rounding)[1]
            differing += np.count_nonzero(other.reshape(y.shape) != y)
            total += y.size
        layers.append(dict(name=layer["name"], kind=layer["kind"], elements=total, differing=differing))
    for i, output in enumerate(golden.index["outputs"]):
        pairs = [(golden.of(output, sample), run(golden, sample, rounding)[i]) for sample in range(golden.samples)]
        outputs.append(dict(name=output["name"], elements=sum(y.size for y, _ in pairs),
                            differing=sum(np.count_nonzero(y != other) for y, other in pairs)))
    return layers, outputs


def check(program, data, samples, rounding, folder):
    tare("verify", program, "--golden", folder, "--inputs", data, "--samples", samples, "--steps", 1)
    found = tare_json("verify", program, "--rounding", rounding, "--inputs", data, "--samples", samples)
    labels = [layer.pop("label") for layer in found["layers"]]
    assert len(set(labels)) == len(labels)
    layers, outputs = expected(Golden(folder), rounding)
    assert found == dict(rounding=rounding, samples=samples, layers=layers, outputs=outputs)
    return layers, outputs


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("target", ("generic", "gemmlowp", "i16x8", "shift_only", "three_stage"))
def test_the_digits(target, rounding, tmp_path):
    program = tmp_path / "p.tare"
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", target, "-o", program)
    layers, outputs = check(program, DIGITS / "test.npz", 20, rounding, tmp_path / "golden")
    assert len(layers) >= 6
    own = {"generic": "half_up", "gemmlowp": "gemmlowp_double", "i16x8": "half_up", "shift_only": "half_up", "three_stage": "half_away"}[target]
    if rounding == own:
        assert all(entry["differing"] == 0 for entry in layers + outputs)
    if rounding == "floor":
        # The shift-only target's sum has a shift of 0, which rounds nothing.
        rounded = [layer for layer in layers if (target, layer["name"]) != ("shift_only", "add3")]
        assert all(entry["differing"] > 0.1 * entry["elements"] for entry in rounded + outputs)


@pytest.mark.parametrize("name", ("two_inputs_three_outputs", "tiny_attention", "average_pool_uneven_pads", "deconv_decoder", "relu6"))
def test_other_networks(name, tmp_path):
    prepared = Prepared(CASES[name], tmp_path)
    check(prepared.convert(tmp_path / "p.tare"), prepared.inputs, 4, "floor", tmp_path / "golden")


def test_the_table_ends_with_the_outputs(tmp_path):
    program = tmp_path / "p.tare"
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "-o", program)
    lines = [tare("verify", program, "--rounding", "floor", "--inputs", DIGITS / "test.npz", "--threads", threads).stdout
             for threads in (1, 3)]
    assert lines[0] == lines[1]
    assert lines[0].splitlines()[-1].startswith("450 samples; the outputs, where every layer rounds so: ")
    # Left to the host, the outputs are integers, and as many of them differ.
    bare = tmp_path / "bare.tare"
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--strip-io",
         "quantize,dequantize,transpose", "-o", bare)
    assert tare("verify", bare, "--rounding", "floor", "--inputs", DIGITS / "test.npz").stdout == lines[0]


def test_what_does_not_go_together_is_refused(tmp_path):
    program = tmp_path / "p.tare"
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "-o", program)
    assert "give --inputs too" in fails("verify", program, "--rounding", "floor", "--samples", 3)
    np.savez(tmp_path / "x.npz", other=np.zeros((3, 1, 8, 8), np.float32))
    assert "'image'" in fails("verify", program, "--rounding", "floor", "--inputs", tmp_path / "x.npz")
