"""The lit suite: folders that mirror lib/, passes/ and tools/.

With -Dround_trip=1 every run of tare-opt also prints and parses its IR, as text and as bytecode, and compares.
"""
import os
import subprocess

import lit.formats

config.name = "Tare round trip" if lit_config.params.get("round_trip") else "Tare"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.tare_build, "test", "round_trip" if lit_config.params.get("round_trip") else "lit")
config.excludes = ["Inputs", "unit", "e2e", "install"]

path = [config.tare_tools, config.llvm_tools, config.environment.get("PATH", "")]
config.environment["PATH"] = os.pathsep.join(path)
# Variables without a $ end with their CHECK-LABEL block: a stale match cannot hide an error.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope"
# Reports of the sanitizers and of LLVM name functions; scripts/mutate switches its bugs on.
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "ONEDNN_MAX_CPU_ISA", "TARE_MUTANT", "TARE_MUTANTS_REACHED"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
config.environment["LLVM_SYMBOLIZER_PATH"] = os.path.join(config.llvm_tools, "llvm-symbolizer")

config.substitutions.append(("%python", f"'{config.python}'"))
config.substitutions.append(("%examples", os.path.join(config.tare_source, "examples")))
# Locations are printed only where a test asks for them: they would stand at the end of each line.
config.substitutions.append((r"\btare-opt\b(?!.*--mlir-print-debuginfo)", "tare-opt --mlir-print-debuginfo=false"))
if lit_config.params.get("round_trip"):
    config.substitutions.append((r"\btare-opt\b", "tare-opt --verify-roundtrip"))

for tool in ("tare", "tare-opt", "tare-reduce", "tare-lsp-server"):
    if os.path.exists(os.path.join(config.tare_tools, tool)):
        config.available_features.add(tool)
if subprocess.run([config.python, "-c", "import numpy"], capture_output=True).returncode:
    lit_config.error(f"{config.python} has no numpy: run `make deps`, or set TARE_PYTHON")
if config.sanitize:
    config.available_features.add("sanitizers")
