#!/usr/bin/env python3
"""Train a small CNN on scikit-learn's handwritten digits and export it with its data.

usage: train.py [--out FOLDER] [--epochs N] [--seed N]

Writes into FOLDER (this folder, unless told otherwise):
  digits.onnx       float, opset 17, NCHW, batch 1, batch norms not folded
  calibration.npz   'image': samples of the training split, for calibration
  test.npz          'image' and 'labels': the test split, never trained on and never calibrated on

The packages are in requirements.txt. The seed fixes the split, the first weights and the order of the samples; another
version of a package or another processor may still round differently, so the exported weights can differ in the last
digits.
"""
import argparse
import os

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

CLASSES = 10
EPSILON = 1e-5
MOMENTUM = 0.9
BATCH = 64
TEST_SAMPLES = 450
CALIBRATION_SAMPLES = 200

# Each convolution and the batch norm behind it: number in all names, output channels, input channels per group, kernel, groups.
CONVS = {
    "1": (24, 1, 3, 1),
    "2": (24, 1, 3, 24),  # depthwise
    "3": (24, 24, 1, 1),
    "4": (48, 24, 3, 1),
}


def load_data(seed):
    """Pixels scaled to 0..1, as (training images, training labels), (test images, test labels)."""
    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.target))
    images = (digits.images[order, None] / 16).astype(np.float32)
    labels = digits.target[order].astype(np.int64)
    return (images[TEST_SAMPLES:], labels[TEST_SAMPLES:]), (images[:TEST_SAMPLES], labels[:TEST_SAMPLES])


def first_weights(seed):
    """What the optimizer changes, and the running statistics of the batch norms, which it does not."""
    random = np.random.default_rng(seed)
    weights, statistics = {}, {}
    for i, (outputs, inputs, kernel, _) in CONVS.items():
        deviation = np.sqrt(2 / (inputs * kernel * kernel))
        weights[f"conv{i}.weight"] = random.normal(0, deviation, (outputs, inputs, kernel, kernel))
        weights[f"bn{i}.scale"], weights[f"bn{i}.bias"] = np.ones(outputs), np.zeros(outputs)
        statistics[f"bn{i}.mean"], statistics[f"bn{i}.variance"] = np.zeros(outputs), np.ones(outputs)
    features = CONVS["4"][0]
    weights["fc.weight"] = random.normal(0, np.sqrt(1 / features), (CLASSES, features))
    weights["fc.bias"] = np.zeros(CLASSES)
    to_jax = lambda d: {k: jnp.asarray(v, jnp.float32) for k, v in d.items()}
    return to_jax(weights), to_jax(statistics)


def forward(weights, statistics, x):
    """Training-mode logits, and the running statistics after this batch."""
    updated = {}

    def convolution(i, x):
        _, _, kernel, groups = CONVS[i]
        pad = kernel // 2
        x = jax.lax.conv_general_dilated(x, weights[f"conv{i}.weight"], (1, 1), [(pad, pad)] * 2, feature_group_count=groups)
        mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
        for name, value in (("mean", mean), ("variance", variance)):
            updated[f"bn{i}.{name}"] = MOMENTUM * statistics[f"bn{i}.{name}"] + (1 - MOMENTUM) * value
        per_channel = lambda v: v.reshape(1, -1, 1, 1)
        x = (x - per_channel(mean)) * per_channel(weights[f"bn{i}.scale"] / jnp.sqrt(variance + EPSILON))
        return x + per_channel(weights[f"bn{i}.bias"])

    shortcut = jax.nn.relu(convolution("1", x))
    x = jax.nn.relu(convolution("2", shortcut))
    x = jax.nn.relu(convolution("3", x) + shortcut)
    x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    x = jax.nn.relu(convolution("4", x))
    return x.mean((2, 3)) @ weights["fc.weight"].T + weights["fc.bias"], updated


def loss(weights, statistics, x, labels):
    logits, updated = forward(weights, statistics, x)
    decay = sum(jnp.sum(v * v) for k, v in weights.items() if k.endswith("weight"))
    chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1)
    return 1e-4 * decay - chosen.mean(), updated


@jax.jit
def adam_step(weights, statistics, moments, step, rate, x, labels):
    gradient, updated = jax.grad(loss, has_aux=True)(weights, statistics, x, labels)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradient)
    second = jax.tree.map(lambda m, g: 0.999 * m + 0.001 * g * g, moments[1], gradient)
    change = lambda w, m, v: w - rate * m / (1 - 0.9**step) / (jnp.sqrt(v / (1 - 0.999**step)) + 1e-8)
    return jax.tree.map(change, weights, first, second), updated, (first, second)


def shifted(images, random):
    """Each image moved by up to one pixel in each direction: more training data."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    rows, columns = random.integers(0, 3, (2, len(images)))
    return np.stack([p[:, r:r + 8, c:c + 8] for p, r, c in zip(padded, rows, columns)])


def train(images, labels, epochs, seed):
    weights, statistics = first_weights(seed)
    moments = (jax.tree.map(jnp.zeros_like, weights),) * 2
    random = np.random.default_rng(seed)
    per_epoch = len(images) // BATCH
    for step in range(epochs * per_epoch):
        if step % per_epoch == 0:
            order = random.permutation(len(images))
        rows = order[step % per_epoch * BATCH:][:BATCH]
        rate = 0.005 * (1 + np.cos(np.pi * step / (epochs * per_epoch)))
        weights, statistics, moments = adam_step(weights, statistics, moments, step + 1, rate,
                                                 shifted(images[rows], random), labels[rows])
    return {k: np.asarray(v) for k, v in {**weights, **statistics}.items()}


def export(parameters):
    """The inference graph, written down by hand so that every name and every attribute is deliberate."""
    nodes = []

    def node(kind, inputs, name, **attributes):
        nodes.append(helper.make_node(kind, inputs, [f"{name}_out"], name=name, **attributes))
        return f"{name}_out"

    def convolution(i, x):
        _, _, kernel, groups = CONVS[i]
        x = node("Conv", [x, f"conv{i}.weight"], f"conv{i}", kernel_shape=[kernel] * 2, pads=[kernel // 2] * 4, group=groups)
        statistics = [f"bn{i}.{s}" for s in ("scale", "bias", "mean", "variance")]
        return node("BatchNormalization", [x, *statistics], f"bn{i}", epsilon=EPSILON)

    shortcut = node("Relu", [convolution("1", "image")], "relu1")
    x = node("Relu", [convolution("2", shortcut)], "relu2")
    x = node("Add", [convolution("3", x), shortcut], "add3")
    x = node("Relu", [x], "relu3")
    x = node("MaxPool", [x], "pool3", kernel_shape=[2, 2], strides=[2, 2])
    x = node("Relu", [convolution("4", x)], "relu4")
    x = node("Flatten", [node("GlobalAveragePool", [x], "pool4")], "flatten")
    nodes.append(helper.make_node("Gemm", [x, "fc.weight", "fc.bias"], ["logits"], name="fc", transB=1))
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, CLASSES])],
        [numpy_helper.from_array(v, k) for k, v in parameters.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="examples/digits")
    onnx.checker.check_model(model, full_check=True)
    return model


def accuracy(model, images, labels):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    answers = [session.run(None, {"image": image[None]})[0].argmax() for image in images]
    return float((np.array(answers) == labels).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--epochs", type=int, default=120)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()

    (images, labels), (test_images, test_labels) = load_data(options.seed)
    model = export(train(images, labels, options.epochs, options.seed))
    os.makedirs(options.out, exist_ok=True)
    onnx.save(model, os.path.join(options.out, "digits.onnx"))
    np.savez_compressed(os.path.join(options.out, "calibration.npz"), image=images[:CALIBRATION_SAMPLES])
    np.savez_compressed(os.path.join(options.out, "test.npz"), image=test_images, labels=test_labels)
    print(f"{sum(v.size for v in map(numpy_helper.to_array, model.graph.initializer))} parameters, "
          f"training accuracy {accuracy(model, images, labels):.4f}, test accuracy {accuracy(model, test_images, test_labels):.4f}")


if __name__ == "__main__":
    main()
