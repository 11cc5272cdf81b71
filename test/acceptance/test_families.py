"""One list of operator families: in every layer their files, or the folders of their files, have the same names."""
import re

import pytest

from harness import ROOT

OPS = ROOT / "include/tare/Dialect/Qnn/Ops"
PAGE = ROOT / "docs/adding-an-operator.md"
SOURCES = {".cpp", ".h", ".td"}
#: The layers that operators go through, and in each what stands beside the families, as several of them need it.
LAYERS = {
    "include/tare/Dialect/Qnn/Ops": {"Base"},
    "include/tare/Dialect/Npu/Ops": {"Base"},
    "lib/Dialect/Qnn/Ops": {"Accumulators", "Intervals", "Scales", "Shapes", "Windows"},
    "lib/Onnx/Ops": {"Axes", "FusedActivation", "Volume", "Window"},
    "lib/Evaluator/Ops": {"Clamp", "Windows"},
    "lib/Host": {"AttributeTypes", "DataTypes", "Elements", "Families", "Matrices", "Numbers", "OperandChecks", "Operator", "TakenElements", "Windows"},
    "passes/Lowering/Ops": {"Accumulators", "Rescale"},
    "lib/Kernels/Float": {"ChannelOrder", "InLoops", "OneDnn", "OneThread", "PackedConstants", "Planes", "WithoutOneDnn"},
    "lib/Kernels/Integer": {"Accumulator", "Axes", "Broadcast", "Checks", "Fast", "Operators", "Reach", "Window", "ZeroPoints"},
    "lib/Kernels/Integer/Fast": {"Amx", "Avx2", "Avx512", "Avx512Traits", "Avx512Vnni", "Dispatch", "Loops", "Neon", "Panels", "Peak", "Pieces", "Portable", "Prepare", "PreparedRequant",
                                 "Sums", "Vector", "VectorDepthwise", "VectorDepthwiseBytes", "VectorElementwise", "VectorFunction", "VectorGemm", "VectorIntegers", "VectorLoops", "VectorPeak",
                                 "VectorRequant", "VectorRounding", "VectorRowGemm", "VectorTable"},
    "test/unit/Host": {"AttributeTypes", "Nodes", "TakenElements"},
}
#: What a layer's files are called by beside the family.
SUFFIXES = {"lib/Kernels/Integer/Fast": "Fast", "test/unit/Host": "Test"}


def of_the_dialect():
    return {path.stem for path in OPS.glob("*.td")} - LAYERS[OPS.relative_to(ROOT).as_posix()]


def of_the_host():
    return set(re.findall(r"^void add(\w+)\(Operators &all\);$", (ROOT / "lib/Host/Families.h").read_text(), re.MULTILINE))


def names(layer):
    """The layer's files and folders, by what they are named for."""
    found = {}
    for path in sorted((ROOT / layer).iterdir()):
        if path.is_dir() or path.suffix in SOURCES:
            found.setdefault(path.stem.removesuffix(SUFFIXES.get(layer, "")), []).append(path)
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_every_file_is_named_for_a_family(layer):
    unknown = [path.relative_to(ROOT).as_posix() for name, paths in names(layer).items() for path in paths
               if name not in of_the_dialect() | of_the_host() | LAYERS[layer]]
    assert not unknown, (f"{', '.join(unknown)}: named for none of the families, {', '.join(sorted(of_the_dialect() | of_the_host()))}; "
                         "what several of them need is listed in this test")


@pytest.mark.parametrize("layer", LAYERS)
def test_what_stands_beside_the_families_is_there(layer):
    gone = LAYERS[layer] - names(layer).keys()
    assert not gone, f"{layer} has no {', '.join(sorted(gone))}"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_family_of_several_files_is_a_folder(layer):
    for name, paths in names(layer).items():
        folders = [path for path in paths if path.is_dir()]
        if folders and name not in LAYERS[layer]:
            assert paths == folders, f"{', '.join(path.relative_to(ROOT).as_posix() for path in paths)}: the family is a folder, and a file beside it"
            assert len(list(folders[0].glob("*.cpp"))) > 1, f"{folders[0].relative_to(ROOT)}: one file is no folder"


def test_the_dialects_have_the_same_families():
    assert of_the_dialect() == names("include/tare/Dialect/Npu/Ops").keys() - {"Base"}


def test_the_families_of_the_host_alone_are_told():
    """Every other one of its families is one of the dialects'."""
    assert of_the_host() - of_the_dialect() == {"Selection", "Image", "Signal", "Attention"}


def test_the_page_lists_the_families():
    said = re.search(r"^Every layer has the same families.*?(?=\n\n)", PAGE.read_text(), re.MULTILINE | re.DOTALL)[0]
    missing = [name for name in sorted((of_the_dialect() | of_the_host()) - {"Host"}) if not re.search(rf"\b{name}\b", said)]
    assert not missing, f"{PAGE.relative_to(ROOT)} does not name {', '.join(missing)}"
