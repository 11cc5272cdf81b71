"""Pictures and sounds as data, --preprocess and --input-type. What is expected comes from Pillow and numpy."""
import wave

import numpy as np
import pytest
from PIL import Image, ImageOps

from graphs import node, port, save
from harness import MODELS, cosine, fails, load, tare, tare_json

HEIGHT, WIDTH = 32, 48
MEAN, STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
random = np.random.default_rng


def picture(seed, height=HEIGHT, width=WIDTH):
    """Smooth colours, whose chroma two by two pixels may share: waves of a period at most, [H, W, 3]."""
    draw = random(seed)
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    waves = [np.sin(2 * np.pi * (draw.uniform(-1, 1) * x + draw.uniform(-1, 1) * y) + draw.uniform(0, 6)) for _ in range(3)]
    mixed = np.stack(waves, -1) @ draw.uniform(-.5, .5, (3, 3)) * 90 + draw.uniform(90, 160)
    return np.clip(np.round(mixed), 0, 255).astype(np.uint8)


def network(path, shape=(1, 3, HEIGHT, WIDTH), seed=1):
    """Two convolutions that pad with zeros, and three scores."""
    draw = random(seed)
    constants = {"w1": draw.normal(0, .25, (8, shape[1], 3, 3)).astype(np.float32), "b1": draw.normal(0, .2, 8).astype(np.float32),
                 "w2": draw.normal(0, .2, (3, 8, 3, 3)).astype(np.float32)}
    nodes = [node("Conv", ["x", "w1", "b1"], ["c1"], name="conv1", pads=[1, 1, 1, 1]), node("Relu", ["c1"], ["r1"]),
             node("Conv", ["r1", "w2"], ["c2"], name="conv2", pads=[1, 1, 1, 1], strides=[2, 2]),
             node("GlobalAveragePool", ["c2"], ["p"]), node("Flatten", ["p"], ["scores"])]
    return save(path, nodes, [port("x", list(shape))], [port("scores", [1, 3]), port("c2", None)], constants)


def frames_of(pixels, limited):
    """NV12 by BT.601 of [N, H, W, 3]: Cb and Cr are the mean of four pixels."""
    rgb, (count, height, width, _) = pixels.astype(float), pixels.shape
    luma = rgb @ [.299, .587, .114]
    y = 16 + luma * 219 / 255 if limited else luma
    share = 224 / 255 if limited else 1
    chroma = np.stack([128 + (rgb[..., 2] - luma) / 1.772 * share, 128 + (rgb[..., 0] - luma) / 1.402 * share], -1)
    halved = chroma.reshape(count, height // 2, 2, width // 2, 2, 2).mean((2, 4)).reshape(count, height // 2, width)
    return np.floor(np.concatenate([y, halved], 1) + .5).clip(0, 255).astype(np.uint8)


def colours_of(frames, limited):
    """The frames as a camera's RGB: what a host makes of them."""
    count, rows, width = frames.shape
    height = rows * 2 // 3
    y, chroma = frames[:, :height].astype(float), frames[:, height:].reshape(count, height // 2, width // 2, 2)
    cb, cr = np.moveaxis(chroma.repeat(2, 1).repeat(2, 2).astype(float) - 128, -1, 0) * (255 / 224 if limited else 1)
    y = (y - 16) * 255 / 219 if limited else y
    red, blue = y + 1.402 * cr, y + 1.772 * cb
    green = (y - .299 * red - .114 * blue) / .587
    return np.floor(np.stack([red, green, blue], -1).clip(0, 255) + .5).astype(np.uint8)


def yaml(path, text):
    path.write_text(text)
    return path


def each_channel(folder, more=""):
    return yaml(folder / "each.yaml", f"mean: {MEAN}\nstd: {STD}\n{more}")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A network, a folder of pictures and their pixels."""
    folder = tmp_path_factory.mktemp("media")
    (folder / "pictures").mkdir()
    pixels = np.stack([picture(seed) for seed in range(24)])
    for i, each in enumerate(pixels):
        Image.fromarray(each).save(folder / f"pictures/{i:03}.png")
    network(folder / "m.onnx")
    return folder, pixels


def run(model, inputs, *arguments):
    output = model.parent / "out.npz"
    done = tare("run", model, "--inputs", inputs, "--outputs", output, *arguments)
    return load(output), done.stderr


def normalized(pixels):
    return ((pixels.astype(np.float64) - MEAN) / STD).transpose(0, 3, 1, 2).astype(np.float32)


def test_every_format_is_decoded(made, tmp_path):
    folder, pixels = made
    colours, grays = pixels[0], pixels[1][..., 0]
    alpha = np.dstack([colours, grays])
    files = {"a.png": Image.fromarray(colours), "b.bmp": Image.fromarray(colours), "c.png": Image.fromarray(grays),
             "d.png": Image.fromarray(alpha), "e.png": Image.fromarray(colours).quantize(8), "f.bmp": Image.fromarray(grays),
             "g.png": Image.fromarray(grays).convert("1"), "h.JPG": Image.fromarray(colours), "i.jpeg": Image.fromarray(grays)}
    data = tmp_path / "data"
    data.mkdir()
    for name, image in files.items():
        image.save(data / name, **({"quality": 92, "progressive": name == "h.JPG", "format": "JPEG"} if name[2] in "Jj" else {}))
    deep = Image.fromarray((grays.astype(np.uint16) << 8 | grays))
    deep.save(data / "k.png")
    found, said = run(folder / "m.onnx", data)
    expected = []
    for name in sorted([*files, "k.png"]):
        if name == "d.png":
            expected.append(colours)
        elif name == "k.png":
            expected.append(np.repeat(grays[..., None], 3, -1))
        else:
            expected.append(np.asarray(Image.open(data / name).convert("RGB")))
    np.savez(tmp_path / "x.npz", x=np.stack(expected).transpose(0, 3, 1, 2).astype(np.float32))
    wanted, _ = run(folder / "m.onnx", tmp_path / "x.npz")
    np.testing.assert_allclose(found["scores"], wanted["scores"], rtol=1e-5, atol=1e-4)
    assert "input 'x': 1 picture with a transparency, which is left out" in said
    assert "input 'x': 1 picture of 16 bits, rounded to 8" in said
    assert "input 'x': 10 pictures as numbers from 0 to 255, red first" in said


def test_exif_orientation_is_applied(made, tmp_path):
    folder, _ = made
    data, plain = tmp_path / "data", tmp_path / "plain"
    data.mkdir(), plain.mkdir()
    for orientation in range(1, 9):
        shape = (HEIGHT, WIDTH) if orientation < 5 else (WIDTH, HEIGHT)
        image = Image.fromarray(picture(orientation, *shape))
        exif = Image.Exif()
        exif[0x112] = orientation
        image.save(data / f"{orientation}.jpg", exif=exif, quality=95)
        ImageOps.exif_transpose(Image.open(data / f"{orientation}.jpg")).save(plain / f"{orientation}.png")
    found, said = run(folder / "m.onnx", data)
    wanted, _ = run(folder / "m.onnx", plain)
    np.testing.assert_array_equal(found["scores"], wanted["scores"])
    assert "7 pictures turned upright, as the EXIF orientation says" in said


def test_arithmetic_on_the_host(made, tmp_path):
    folder, pixels = made
    found, said = run(folder / "m.onnx", folder / "pictures", "--preprocess", each_channel(tmp_path))
    np.savez(tmp_path / "x.npz", x=normalized(pixels))
    wanted, _ = run(folder / "m.onnx", tmp_path / "x.npz")
    np.testing.assert_allclose(found["scores"], wanted["scores"], rtol=1e-5, atol=1e-5)
    assert "picture" not in said
    # Arrays of bytes are pixels, of one picture or several, channels first or last.
    for name, array in {"n": pixels, "first": pixels.transpose(0, 3, 1, 2), "one": pixels[0]}.items():
        np.save(tmp_path / f"{name}.npy", array)
        again, _ = run(folder / "m.onnx", tmp_path / f"{name}.npy", "--preprocess", each_channel(tmp_path))
        np.testing.assert_array_equal(again["scores"], found["scores"][:len(again["scores"])])
    assert len(again["scores"]) == 1


def test_arrays_without_batch_or_with_channels_last(made, tmp_path):
    folder, pixels = made
    x = normalized(pixels[:2])
    np.save(tmp_path / "x.npy", x)
    wanted, _ = run(folder / "m.onnx", tmp_path / "x.npy")
    for array in (x.transpose(0, 2, 3, 1), x[0], x[0].transpose(1, 2, 0)):
        np.save(tmp_path / "y.npy", array)
        found, _ = run(folder / "m.onnx", tmp_path / "y.npy")
        np.testing.assert_array_equal(found["scores"], wanted["scores"][:len(found["scores"])])


@pytest.mark.parametrize("text, fit", [
    ("resize: stretch", "stretch"),
    ("resize: {mode: letterbox, fill: 114}", "letterbox"),
    ("resize: {mode: crop, shorter_side: 40}", "crop")])
def test_other_sizes(made, tmp_path, text, fit):
    """As numpy computes bilinear scaling between the pixels' centers."""
    folder, _ = made
    data = tmp_path / "data"
    data.mkdir()
    image = picture(5, 60, 75)
    Image.fromarray(image).save(data / "a.png")

    def scaled(image, height, width):
        def along(image, axis, size):
            old = image.shape[axis]
            place = np.clip((np.arange(size) + .5) * old / size - .5, 0, old - 1)
            low = place.astype(int)
            weight = (place - low).reshape([-1 if a == axis else 1 for a in range(3)])
            return np.take(image, low, axis) * (1 - weight) + np.take(image, np.minimum(low + 1, old - 1), axis) * weight
        return np.floor(along(along(image.astype(float), 1, width), 0, height) + .5)

    if fit == "letterbox":
        wanted = np.full((HEIGHT, WIDTH, 3), 114.0)
        wanted[:, 4:44] = scaled(image, 32, 40)
    elif fit == "crop":
        wanted = scaled(image, 40, 50)[4:36, 1:49]
    else:
        wanted = scaled(image, HEIGHT, WIDTH)
    np.save(tmp_path / "x.npy", wanted.transpose(2, 0, 1)[None].astype(np.float32))
    expected, _ = run(folder / "m.onnx", tmp_path / "x.npy")
    found, _ = run(folder / "m.onnx", data, "--preprocess", yaml(tmp_path / "p.yaml", text))
    np.testing.assert_allclose(found["scores"], expected["scores"], rtol=1e-5, atol=1e-3)


def converted(model, data, output, *arguments):
    tare("convert", model, "--calibration", data, *arguments, "-o", output)
    return output


UNIFORM = "mean: 128\nstd: 64\n"
FRACTION = "mean: 127.5\nstd: 127.5\nchannels: bgr\n"
EACH = f"mean: {MEAN}\nstd: {STD}\n"


@pytest.mark.parametrize("text", [UNIFORM, FRACTION, EACH], ids=["uniform", "fraction", "each"])
@pytest.mark.parametrize("kind", ["rgb", "bgr", "yuv444", "nv12", "uint8"])
def test_what_the_device_has(made, tmp_path, kind, text):
    """The arithmetic is part of the network: in float it is what the host computes, and the program is next to both."""
    folder, pixels = made
    how = yaml(tmp_path / "p.yaml", text)
    options = ["--preprocess", how, "--input-type", f"x={kind}"]
    # A frame has less colours than its picture: what is computed of it is that of its own.
    np.save(tmp_path / "rgb.npy", colours_of(frames_of(pixels, False), False) if kind == "nv12" else pixels)
    host, _ = run(folder / "m.onnx", tmp_path / "rgb.npy", "--preprocess", how)
    inside, _ = run(folder / "m.onnx", folder / "pictures", *options)
    is_yuv = kind in ("nv12", "yuv444")
    for name in host:
        if not is_yuv:
            np.testing.assert_allclose(inside[name], host[name], rtol=1e-4, atol=1e-4)
        assert cosine(inside[name], host[name]) > .999
    program = converted(folder / "m.onnx", folder / "pictures", tmp_path / "m.tare", *options)
    # Of uint8 the order of the network's channels is still the user's to say.
    given, _ = run(program, folder / "pictures", *(["--preprocess", how] if kind == "uint8" else []))
    plain = converted(folder / "m.onnx", tmp_path / "rgb.npy", tmp_path / "plain.tare", "--preprocess", how)
    alone, _ = run(plain, tmp_path / "rgb.npy", "--preprocess", how)
    for name in host:
        assert cosine(given[name], host[name]) > .999
        # No further off than the program whose host computes it, but for a step.
        step = np.ptp(host[name]) / 255
        assert np.abs(given[name] - host[name]).max() < np.abs(alone[name] - host[name]).max() + (3 if is_yuv else 2) * step
    (described,) = tare_json("inspect", program)["inputs"]
    shapes = {"nv12": [1, HEIGHT * 3 // 2, WIDTH], "uint8": [1, 3, HEIGHT, WIDTH]}
    assert (described["type"], described["shape"]) == ("uint8", shapes.get(kind, [1, HEIGHT, WIDTH, 3]))
    layouts = {"nv12": "nv12 bt601 full", "yuv444": "NHWC yuv444 bt601 full", "uint8": "NCHW"}
    assert described["layout"] == layouts.get(kind, f"NHWC {kind}")
    # Integers are not quantized again.
    kinds = [layer["kind"] for layer in tare_json("inspect", program)["layers"]]
    assert "quantize" not in kinds


@pytest.mark.parametrize("kind", ["rgb", "nv12", "uint8"])
def test_weights_are_rounded_by_what_the_device_has(made, tmp_path, kind):
    """The second pass over the data reads what the first one has read, though the network holds it with a sign by then."""
    folder, _ = made
    options = ["--preprocess", yaml(tmp_path / "p.yaml", EACH), "--input-type", f"x={kind}"]
    expected, _ = run(folder / "m.onnx", folder / "pictures", *options)
    given = ["--preprocess", options[1]] if kind == "uint8" else []
    noise = {}
    for how in ("nearest", "adaptive"):
        program = converted(folder / "m.onnx", folder / "pictures", tmp_path / f"{how}.tare", *options, "--weight-rounding", how)
        found, _ = run(program, folder / "pictures", *given)
        noise[how] = sum(((found[name] - expected[name]) ** 2).sum() for name in expected)
    assert (tmp_path / "nearest.tare").read_bytes() != (tmp_path / "adaptive.tare").read_bytes()
    assert noise["adaptive"] < noise["nearest"]


def test_a_grid_that_costs_nothing(made, tmp_path):
    """A mean of 128 is the zero point of the integers: no layer is added, and borders are exact."""
    folder, _ = made
    options = ["--preprocess", yaml(tmp_path / "p.yaml", UNIFORM), "--input-type", "x=rgb"]
    program = converted(folder / "m.onnx", folder / "pictures", tmp_path / "m.tare", *options)
    inspected = tare_json("inspect", program)
    assert [layer["kind"] for layer in inspected["layers"] if layer["name"].startswith("x/")] in ([], ["reshape"])
    # The integers mean themselves as the device gives them.
    assert (inspected["inputs"][0]["scales"], inspected["inputs"][0]["zero_points"]) == ([1], [0])


def test_frames_of_a_camera(made, tmp_path):
    """NV12 in limited range, as cameras give it: the network's outputs are those of the RGB pictures."""
    folder, pixels = made
    how = each_channel(tmp_path, "yuv: {matrix: bt601, range: limited}\n")
    options = ["--preprocess", how, "--input-type", "x=nv12"]
    program = converted(folder / "m.onnx", folder / "pictures", tmp_path / "m.tare", *options)
    frames = frames_of(pixels, limited=True)
    np.save(tmp_path / "frames.npy", frames)
    np.save(tmp_path / "rgb.npy", colours_of(frames, limited=True))
    found, _ = run(program, tmp_path / "frames.npy")
    same, _ = run(program, folder / "pictures")
    np.testing.assert_array_equal(found["scores"], same["scores"])
    route, _ = run(folder / "m.onnx", tmp_path / "rgb.npy", "--preprocess", how)
    for name in route:
        assert cosine(found[name], route[name]) >= .999
    (described,) = tare_json("inspect", program)["inputs"]
    assert described["layout"] == "nv12 bt601 limited"
    assert described["shape"] == [1, HEIGHT * 3 // 2, WIDTH]
    tare("emit", program, "-o", tmp_path / "c")
    assert "nv12 bt601 limited" in (tmp_path / "c/m.h").read_text()
    tare("compare", folder / "m.onnx", program, "--inputs", tmp_path / "frames.npy", *options, "--min-cosine", .999)
    tare("verify", program, "--golden", tmp_path / "golden", "--inputs", tmp_path / "frames.npy")
    tare("verify", program, "--rounding", "floor", "--inputs", folder / "pictures")


def test_frames_of_photos(tmp_path):
    """A trained classifier: what it says of NV12 frames is what it says of their colours."""
    model, photos = MODELS / "onnx/squeezenet1.1.onnx", MODELS / "data/imagenet_A400_224"
    if not model.exists() or not photos.exists():
        pytest.skip(f"FRAMES OF PHOTOS ARE NOT TESTED: {model} or {photos} is missing")
    pixels = np.stack([np.asarray(Image.open(path).convert("RGB").resize((224, 224))) for path in sorted(photos.glob("*.jpg"))[:24]])
    frames = frames_of(pixels, limited=True)
    for name, array in {"frames": frames, "colours": colours_of(frames, limited=True)}.items():
        np.save(tmp_path / f"{name}.npy", array[:12])
        np.save(tmp_path / f"{name}_test.npy", array[12:])
    how = yaml(tmp_path / "p.yaml", "scale: 1/255\nmean: [0.485, 0.456, 0.406]\nstd: [0.229, 0.224, 0.225]\nyuv: {range: limited}\n")
    program = converted(model, tmp_path / "frames.npy", tmp_path / "m.tare", "--preprocess", how, "--input-type", "data=nv12")
    tare("run", program, "--inputs", tmp_path / "frames_test.npy", "--outputs", tmp_path / "found.npz")
    tare("run", model, "--inputs", tmp_path / "colours_test.npy", "--outputs", tmp_path / "wanted.npz", "--preprocess", how)
    (found,), (wanted,) = load(tmp_path / "found.npz").values(), load(tmp_path / "wanted.npz").values()
    assert cosine(found, wanted) >= .999


def test_gray_for_one_and_three_channels(made, tmp_path):
    folder, pixels = made
    one = network(tmp_path / "one.onnx", (1, 1, HEIGHT, WIDTH))
    for model in (one, folder / "m.onnx"):
        how = yaml(tmp_path / "p.yaml", "mean: 100\nstd: 50\n")
        options = ["--preprocess", how, "--input-type", "x=gray"]
        program = converted(model, folder / "pictures", tmp_path / "gray.tare", *options)
        gray = np.floor(pixels.astype(float) @ [.299, .587, .114] + .5).astype(np.uint8)[..., None]
        np.save(tmp_path / "gray.npy", gray)
        found, _ = run(program, tmp_path / "gray.npy")
        channels = 1 if model is one else 3
        np.save(tmp_path / "x.npy", np.repeat((gray.transpose(0, 3, 1, 2) - 100.0) / 50, channels, 1).astype(np.float32))
        wanted, _ = run(model, tmp_path / "x.npy")
        assert cosine(found["c2"], wanted["c2"]) > .999


def test_folders_beside_those_of_classes(made, tmp_path):
    """What holds no sample shifts no label; numbers and names are not mixed."""
    folder, pixels = made
    program = converted(folder / "m.onnx", folder / "pictures", tmp_path / "m.tare", "--preprocess", each_channel(tmp_path))
    data = tmp_path / "data"
    for i, each in enumerate(pixels[:12]):
        (data / str(i % 3)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(each).save(data / str(i % 3) / f"{i}.png")
    command = ["evaluate", folder / "m.onnx", program, "--data", data, "--metric", "top1", "--output", "scores", "--preprocess", each_channel(tmp_path)]
    score = tare_json(*command)["configurations"][0]["score"]
    (data / "__MACOSX").mkdir()
    (data / "notes").mkdir()
    (data / "notes/read.txt").write_text("of no class")
    assert tare_json(*command)["configurations"][0]["score"] == score
    (data / "00").mkdir()
    assert "the folders '0' and '00' are one class" in fails(*command)
    (data / "00").rename(data / "bee")
    Image.fromarray(pixels[0]).save(data / "bee/0.png")
    assert "is called by the number of a class, 'bee' is not" in fails(*command)


def test_pictures_of_a_class_are_not_written_over(made, tmp_path):
    folder, pixels = made
    data = tmp_path / "data"
    (data / "0").mkdir(parents=True)
    Image.fromarray(pixels[0]).save(data / "0/p.png")
    (data / "link.png").symlink_to("0/p.png")
    before = (data / "0/p.png").read_bytes()
    for output in (data / "0/p.png", data / "link.png"):
        assert "is read from; name another file" in fails("convert", folder / "m.onnx", "--calibration", data, "-o", output)
    assert (data / "0/p.png").read_bytes() == before


def test_a_sound_is_no_picture(made, tmp_path):
    folder, _ = made
    with wave.open(str(tmp_path / "s.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(np.zeros(8000, np.int16).tobytes())
    said = fails("convert", folder / "m.onnx", "--calibration", tmp_path / "s.wav", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "is a sound, but input 'x' has the shape 1x3x32x48, expected samples along one axis" in said


def test_labels_of_folders_and_of_a_file(made, tmp_path):
    folder, pixels = made
    how = each_channel(tmp_path)
    scores, _ = run(folder / "m.onnx", folder / "pictures", "--preprocess", how)
    classes = scores["scores"].argmax(-1)
    program = converted(folder / "m.onnx", folder / "pictures", tmp_path / "m.tare", "--preprocess", how)
    labelled, listed = tmp_path / "labelled", tmp_path / "listed"
    listed.mkdir()
    for i, (each, label) in enumerate(zip(pixels, classes)):
        # Names whose order is not that of numbers.
        (labelled / ["ant", "bee", "cow"][label]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(each).save(labelled / ["ant", "bee", "cow"][label] / f"{i}.png")
        Image.fromarray(each).save(listed / f"of {i}.png")
    for name in ("ant", "bee", "cow"):
        (labelled / name).mkdir(exist_ok=True)
    (listed / "labels.txt").write_text("# file, class\n" + "".join(f"of {i}.png {label}\n" for i, label in enumerate(classes)))
    options = ["--metric", "top1", "--output", "scores", "--preprocess", how]
    for data in (labelled, listed):
        found = tare_json("evaluate", folder / "m.onnx", program, "--data", data, *options)
        assert (found["model"]["score"], found["samples"]) == (1, len(pixels))
        assert found["configurations"][0]["score"] > .8
    (listed / "labels.txt").write_text("of 1.png 0\n")
    assert "has no line among the labels" in fails(
        "evaluate", folder / "m.onnx", program, "--data", listed, *options)
    assert "has no labels; give it a file labels.txt" in fails(
        "evaluate", folder / "m.onnx", program, "--data", folder / "pictures", *options)


def test_calibration_on_a_folder_is_that_on_its_arrays(made, tmp_path):
    """The same ranges, byte for byte, on any number of threads."""
    folder, pixels = made
    how = each_channel(tmp_path)
    np.save(tmp_path / "x.npy", pixels)
    found = []
    for data, threads in [(folder / "pictures", 1), (folder / "pictures", 2), (tmp_path / "x.npy", 1)]:
        tare("calibrate", folder / "m.onnx", "--calibration", data, "--preprocess", how, "--threads", threads, "-o", tmp_path / "r.json")
        found.append((tmp_path / "r.json").read_bytes())
    assert found[0] == found[1] == found[2]


def test_sounds(tmp_path):
    nodes = [node("MatMul", ["x", "w"], ["y"], name="product")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 64])], [port("y", [1, 8])],
                 {"w": random(3).normal(0, .2, (64, 8)).astype(np.float32)})
    data = tmp_path / "data"
    data.mkdir()
    values = (random(4).uniform(-.9, .9, (5, 192)) * 32767).astype("<i2")
    for i, each in enumerate(values):
        with wave.open(str(data / f"{i}.wav"), "wb") as file:
            file.setparams((1, 2, 16000, len(each), "NONE", ""))
            file.writeframes(each.tobytes())
    found, _ = run(model, data)
    np.save(tmp_path / "x.npy", values.reshape(15, 64).astype(np.float32) / 32768)
    wanted, _ = run(model, tmp_path / "x.npy")
    np.testing.assert_allclose(found["y"], wanted["y"], atol=1e-6)
    program = converted(model, data, tmp_path / "m.tare", "--input-type", "x=int16", "--activations", "i16")
    (described,) = tare_json("inspect", program)["inputs"]
    assert (described["type"], described["zero_points"]) == ("int16", [0])
    given, _ = run(program, data)
    assert cosine(given["y"], wanted["y"]) > .9999
    slow = yaml(tmp_path / "p.yaml", "sample_rate: 8000\n")
    assert "has 16000 Hz, expected 8000 Hz; convert it" in fails("run", model, "--inputs", data, "--outputs", tmp_path / "o.npz",
                                                               "--preprocess", slow, output=tmp_path / "o.npz")


def damaged(folder):
    """Files that are no pictures, and what is said of each."""
    plain = Image.fromarray(picture(1))
    plain.save(folder / "ok.png")
    plain.save(folder / "ok.jpg")
    plain.convert("CMYK").save(folder / "ink.jpg")
    whole, photo = (folder / "ok.png").read_bytes(), (folder / "ok.jpg").read_bytes()
    files = {"empty.png": b"", "text.png": b"no picture", "short.png": whole[:-30], "head.png": whole[:20], "short.jpg": photo[:-60],
             "flipped.png": whole[:60] + bytes([whole[60] ^ 0xff]) + whole[61:],
             "huge.png": whole[:16] + b"\x7f\xff\xff\xff" * 2 + whole[24:], "short.bmp": b"BM" + bytes(30)}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [*files, "ink.jpg"]


def test_damaged_files_are_named(made, tmp_path):
    folder, _ = made
    for name in damaged(tmp_path):
        message = fails("run", folder / "m.onnx", "--inputs", tmp_path / name, "--outputs", tmp_path / "o.npz", output=tmp_path / "o.npz")
        assert name in message
    assert "CMYK" in message


@pytest.mark.parametrize("text, said", [
    ("", ":1: found nothing, expected the keys"),
    ("{}", "says nothing; give resize"),
    ("meen: 1", "unknown key 'meen'; expected one of resize, channels, layout, scale, mean, std, yuv, sample_rate; did you mean 'mean'?"),
    ("mean: [1, 2]", "mean has 2 numbers, expected 1, or 3, one for each channel of 1x3x32x48"),
    ("std: 0", "std must be positive"),
    ("scale: -1", "scale: found '-1', expected a positive float32"),
    ("scale: 1/0", "expected a positive float32"),
    ("resize: strech", "expected one of stretch, letterbox, crop; did you mean 'stretch'?"),
    ("resize: {width: 20, height: 20}", "resize: found 20 x 20, but the input has pictures of 48 x 32"),
    ("resize: {width: 20}", "resize has one of width and height"),
    ("resize: {fill: 3}", "resize.fill is of mode: letterbox"),
    ("resize: {mode: letterbox, fill: 300}", "resize.fill must be whole numbers from 0 to 255"),
    ("resize: {shorter_side: 3}", "resize.shorter_side is of mode: crop"),
    ("layout: nhwc", "layout: the input has the shape 1x3x32x48"),
    ("inputs: {y: {mean: 1}}", "names the input 'y', but the model's inputs are 'x'"),
    ("[" * 500, "nests"),
])
def test_files_that_say_something_wrong(made, tmp_path, text, said):
    folder, _ = made
    message = fails("run", folder / "m.onnx", "--inputs", folder / "pictures", "--outputs", tmp_path / "o.npz", "--preprocess",
                    yaml(tmp_path / "p.yaml", text), output=tmp_path / "o.npz")
    assert said in message and "p.yaml" in message


def test_what_cannot_be_asked_for(made, tmp_path):
    folder, _ = made
    base = ["convert", folder / "m.onnx", "--calibration", folder / "pictures", "-o", tmp_path / "o.tare"]
    assert "--input-type names 'y', but the model's inputs are 'x'" in fails(*base, "--input-type", "y=rgb")
    assert "found 'x=rbg', expected NAME=TYPE" in fails(*base, "--input-type", "x=rbg")
    assert "--input-type is given twice for 'x'" in fails(*base, "--input-type", "x=rgb", "--input-type", "x=bgr")
    for kind in ("rgb", "nv12", "uint8"):
        two = ["--preprocess", yaml(tmp_path / "two.yaml", "mean: [1, 2]\n"), "--input-type", f"x={kind}"]
        assert "mean has 2 numbers, expected 1, or 3, one for each channel of 1x3x32x48" in fails(*base, *two)
    odd = network(tmp_path / "odd.onnx", (1, 3, 15, 24))
    assert "both sides must be even" in fails("convert", odd, "--random-calibration", "--input-type", "x=nv12", "-o", tmp_path / "o.tare")
    program = converted(folder / "m.onnx", folder / "pictures", tmp_path / "m.tare", "--input-type", "x=rgb")
    assert "the inputs of IR and programs are settled" in fails(
        "run", program, "--inputs", folder / "pictures", "--outputs", tmp_path / "o.npz", "--input-type", "x=rgb")
    # Real numbers are not what a device has.
    np.save(tmp_path / "x.npy", np.zeros((2, HEIGHT, WIDTH, 3), np.float32))
    assert "has elements float32, expected uint8" in fails("run", program, "--inputs", tmp_path / "x.npy", "--outputs", tmp_path / "o.npz")
    assert "give --preprocess a file with resize" in fails(
        "run", network(tmp_path / "small.onnx", (1, 3, 8, 8)), "--inputs", folder / "pictures", "--outputs", tmp_path / "o.npz")


def test_every_stage_goes_on_to_the_same_program(made, tmp_path):
    folder, _ = made
    options = ["--preprocess", each_channel(tmp_path), "--input-type", "x=nv12"]
    wanted = converted(folder / "m.onnx", folder / "pictures", tmp_path / "m.tare", *options).read_bytes()
    for stage in ("import", "float", "ranges", "qdq", "fused", "npu"):
        ir = converted(folder / "m.onnx", folder / "pictures", tmp_path / f"{stage}.mlir", *options, "--emit", f"mlir:{stage}")
        data = ["--calibration", folder / "pictures"] if stage in ("import", "float") else []
        tare("convert", ir, *data, "-o", tmp_path / "again.tare")
        assert (tmp_path / "again.tare").read_bytes() == wanted, stage
        # Who has the IR knows what it takes.
        assert tare_json("inspect", ir)["inputs"][0]["layout"] == "nv12 bt601 full"
    tare("compare", tmp_path / "npu.mlir", tmp_path / "m.tare", "--inputs", folder / "pictures", "--min-sqnr", 1000)


def test_forms_for_hardware(made, tmp_path):
    """C computes the same from the same frames, on targets of other arithmetic, too."""
    folder, _ = made
    options = ["--preprocess", each_channel(tmp_path), "--input-type", "x=bgr"]
    for target in ("generic", "shift_only", "gemmlowp"):
        tare("convert", folder / "m.onnx", "--calibration", folder / "pictures", *options, "--target", target, "-o", tmp_path / "m.tare")
        tare("emit", tmp_path / "m.tare", "-o", tmp_path / f"c-{target}")
        assert "NHWC bgr" in (tmp_path / f"c-{target}/m.h").read_text()
    tare("convert", folder / "m.onnx", "--calibration", folder / "pictures", *options, "--emit", "tflite", "-o", tmp_path / "m.tflite")
    assert tare_json("doctor", folder / "m.onnx", *options)["inputs"]


def test_what_is_passed_over_is_told(made, tmp_path):
    folder, pixels = made
    how = each_channel(tmp_path)
    np.save(tmp_path / "x.npy", normalized(pixels))
    _, said = run(folder / "m.onnx", tmp_path / "x.npy", "--preprocess", how)
    assert "input 'x': its arrays are the network's own numbers, which --preprocess leaves as they are" in said
    for data in (["--random-calibration"], ["--calibration", tmp_path / "r.json"]):
        if data[0] == "--calibration":
            tare("calibrate", folder / "m.onnx", "--calibration", folder / "pictures", "--preprocess", how, "-o", tmp_path / "r.json")
        assert "--preprocess is of data or of --input-type, and there are none" in fails(
            "convert", folder / "m.onnx", *data, "--preprocess", how, "-o", tmp_path / "o.tare")


def test_pixels_of_two_kinds_are_not_compared(made, tmp_path):
    folder, _ = made
    program = converted(folder / "m.onnx", folder / "pictures", tmp_path / "m.tare", "--input-type", "x=bgr")
    remedy = "; give --input-type as it was for the conversion"
    for options, found in [([], "float32 1x3x32x48"), (["--input-type", "x=rgb"], "uint8 1x32x48x3 (NHWC rgb)")]:
        message = fails("compare", folder / "m.onnx", program, "--inputs", folder / "pictures", *options)
        assert f"input 'x' is {found} in the first, uint8 1x32x48x3 (NHWC bgr) in the second{remedy}" in message
        done = tare("evaluate", folder / "m.onnx", program, "--data", folder / "pictures", "--metric", "cosine", "--output", "scores",
                    *options, check=False)
        assert f"input 'x' is uint8 1x32x48x3 (NHWC bgr), in the model {found}{remedy}" in done.stderr
    found = tare_json("evaluate", folder / "m.onnx", program, "--data", folder / "pictures", "--metric", "cosine", "--output", "scores",
                      "--input-type", "x=bgr")
    assert found["model"]["form"] == "float" and found["configurations"][0]["score"] > .999


def test_frames_in_another_unit_are_told(made, tmp_path):
    folder, pixels = made
    program = converted(folder / "m.onnx", folder / "pictures", tmp_path / "m.tare", "--input-type", "x=rgb")
    np.save(tmp_path / "x.npy", pixels // 200)
    _, said = run(program, tmp_path / "x.npy")
    assert "input 'x' is given numbers from 0 to 1 only, but its grid holds [0, 255]" in said


def test_units_that_do_not_fit_are_told(made, tmp_path):
    """Pictures of 0 to 255 for a program that was calibrated on 0 to 1."""
    folder, _ = made
    program = converted(folder / "m.onnx", folder / "pictures", tmp_path / "m.tare", "--preprocess",
                        yaml(tmp_path / "p.yaml", "scale: 1/255\n"))
    _, said = run(program, folder / "pictures")
    assert "of them are cut off" in said
    assert "as numbers from 0 to 255, red first; --preprocess says otherwise" in said
