"""quantize.py PROGRAM IN.npz OUT.npz: the inputs as integers on the grids that `tare inspect` tells."""
import json
import subprocess
import sys

import numpy as np

program, source, destination = sys.argv[1:]
ports = json.loads(subprocess.run(["tare", "inspect", program, "--json"], check=True, capture_output=True).stdout)["inputs"]
data, integers = np.load(source), {}
for port in ports:
    (scale,), (zero,) = port["scales"], port["zero_points"]
    steps = np.rint(data[port["name"]].astype(np.float32) / np.float32(scale)) + zero
    integers[port["name"]] = np.clip(steps, -128, 127).astype(np.int8)
np.savez(destination, **integers)
