"""check_raw.py RAW.npz QDQ.npz REAL.npz PROGRAM: raw outputs are int32, on the grid that gives the real ones, and QDQ's are near."""
import json
import subprocess
import sys

import numpy as np

raw, qdq, real = (np.load(name)["logits"] for name in sys.argv[1:4])
(port,) = json.loads(subprocess.run(["tare", "inspect", sys.argv[4], "--json"], check=True, capture_output=True).stdout)["outputs"]
assert raw.dtype == qdq.dtype == np.int32 and raw.shape == qdq.shape == real.shape
assert np.array_equal((raw * np.array(port["scales"])).astype(np.float32), real)
assert np.corrcoef(raw.ravel(), qdq.ravel())[0, 1] > 0.999
