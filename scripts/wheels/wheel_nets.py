"""Networks that people deploy, out of packages of PyPI: which, and with what inputs they are tested and measured."""
import os
import pathlib

# Where scripts/fetch-wheel-nets puts them: <wheel>/<network>.onnx.
FOLDER = pathlib.Path(os.environ.get("TARE_WHEELS", pathlib.Path.home() / ".cache/tare/wheels"))

IMAGE, LINE, DIRECTION = {"x": (1, 3, 320, 320)}, {"x": (1, 3, 48, 320)}, {"x": (1, 3, 48, 192)}
VOICE, RATE = {"input": (1, 576), "state": (2, 1, 128)}, {"sr": 16000}
# By wheel and network: the shapes of the inputs, and the inputs that are the same for all samples. Detection (YOLOv8n), reading
# text (PP-OCRv4, PP-OCRv6), types of files, voices.
NETS = {
    "nudenet/320n": ({"images": (1, 3, 320, 320)}, {}),
    "rapidocr-onnxruntime/ch_PP-OCRv4_det_infer": (IMAGE, {}),
    "rapidocr-onnxruntime/ch_PP-OCRv4_rec_infer": (LINE, {}),
    "rapidocr-onnxruntime/ch_ppocr_mobile_v2.0_cls_infer": (DIRECTION, {}),
    "rapidocr/PP-OCRv6_det_small": (IMAGE, {}),
    "rapidocr/PP-OCRv6_rec_small": (LINE, {}),
    "rapidocr/ch_ppocr_mobile_v2.0_cls_mobile": (DIRECTION, {}),
    "magika/model": ({"bytes": (1, 2048)}, {}),
    "silero-vad/silero_vad": (VOICE, RATE),
    "silero-vad/silero_vad_16k_op15": (VOICE, RATE),
    "silero-vad/silero_vad_16k_sequence": ({"input": (1, 576), "h": (1, 1, 128), "c": (1, 1, 128)}, {}),
    "silero-vad/silero_vad_half": (VOICE, {}),
    "silero-vad/silero_vad_op18_ifless": (VOICE, RATE),
    "silero-vad/silero_vad_openvino_16k": (VOICE, {}),
}
WHEELS = sorted({name.split("/")[0] for name in NETS})


def options(name):
    """What `tare` is told of a network's inputs."""
    shapes, fixed = NETS[name]
    words = [f"--input-shape={port}={','.join(map(str, shape))}" for port, shape in shapes.items()]
    return words + [f"--input-value={port}={value}" for port, value in fixed.items()]


def samples(name, count, rng):
    """Arrays for it: ids of bytes, pages with something like writing, or noise."""
    import numpy as np  # which who only fetches does not need
    shapes, _ = NETS[name]
    arrays = {}
    for port, shape in shapes.items():
        if port == "bytes":
            arrays[port] = rng.integers(0, 257, (count, *shape)).astype(np.int32)
        elif shape[1:2] == (3,):
            arrays[port] = page(count, shape, rng).astype(np.float32)
        else:
            arrays[port] = (rng.normal(size=(count, *shape)) * .3).astype(np.float32)
    return arrays


def page(count, shape, rng):
    """Dark strokes in lines on light paper, from -1 to 1: on noise a detector's scores are next to 0, where nothing can be compared."""
    import numpy as np
    *_, height, width = shape
    paper = np.full((count, height // 4, width // 4), 1.0)
    for top in range(2, height // 4 - 6, 10):
        paper[:, top:top + 6] -= 1.8 * (rng.random((count, 6, width // 4)) < .6)
    image = np.kron(paper, np.ones((4, 4)))
    return np.broadcast_to(image[:, None, None], (count, 1, 3, height, width)) + rng.normal(size=(count, *shape)) * .05
