"""The order, the batches and the files in which calibration data comes change nothing."""
import numpy as np
import pytest

from harness import METHODS, ROOT, load, tare

DIGITS = ROOT / "examples/digits"


@pytest.fixture(scope="module")
def arrangements(tmp_path_factory):
    """The same samples: as they come, shuffled, and in files of unequal sizes."""
    folder = tmp_path_factory.mktemp("data")
    data = load(DIGITS / "calibration.npz")
    images = data["image"]
    shuffled = images[np.random.default_rng(1).permutation(len(images))]
    np.savez(folder / "shuffled.npz", image=shuffled)
    for name, sizes in (("shards", (1, 7, 64)), ("halves", (len(images) // 2,))):
        (folder / name).mkdir()
        for index, part in enumerate(np.split(shuffled[::-1], np.cumsum(sizes))):
            np.savez(folder / name / f"part{index}.npz", image=part)
    return [DIGITS / "calibration.npz", folder / "shuffled.npz", folder / "shards", folder / "halves"]


@pytest.mark.parametrize("method", METHODS)
def test_ranges_and_programs_are_the_same_bytes(method, arrangements, tmp_path):
    ranges, programs = set(), set()
    for data in arrangements:
        for threads in (1, 3):
            common = (DIGITS / "digits.onnx", "--calibration", data, "--method", method, "--threads", threads)
            tare("calibrate", *common, "-o", tmp_path / "ranges.json")
            tare("convert", *common, "-o", tmp_path / "program.tare")
            ranges.add((tmp_path / "ranges.json").read_bytes())
            programs.add((tmp_path / "program.tare").read_bytes())
    assert len(ranges) == 1 and len(programs) == 1


@pytest.mark.parametrize("target", ("generic", "shift_only"))
def test_ranges_do_not_depend_on_the_instruction_set(target, tmp_path, monkeypatch):
    for method in METHODS:
        ranges = set()
        for isa in ("portable", "avx2", "avx512"):
            monkeypatch.setenv("TARE_MAX_ISA", isa)
            tare("calibrate", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--method", method,
                 "--target", target, "-o", tmp_path / "ranges.json")
            ranges.add((tmp_path / "ranges.json").read_bytes())
        assert len(ranges) == 1


def test_other_data_gives_other_ranges(arrangements, tmp_path):
    """So that the test above can fail."""
    images = load(arrangements[0])["image"]
    np.savez(tmp_path / "half.npz", image=images[:10] * 0.5)
    tare("calibrate", DIGITS / "digits.onnx", "--calibration", tmp_path / "half.npz", "-o", tmp_path / "half.json")
    tare("calibrate", DIGITS / "digits.onnx", "--calibration", arrangements[0], "-o", tmp_path / "all.json")
    assert (tmp_path / "half.json").read_bytes() != (tmp_path / "all.json").read_bytes()
