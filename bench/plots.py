"""The report's figures, as SVG and PNG: cost against size, and the ratios of running."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402 (its backend comes first)

WIN, LOSE = "#2a7f62", "#c0392b"


def save(figure, out, name):
    """Writes both forms; returns the Markdown that shows the figure."""
    for kind in ("svg", "png"):
        figure.savefig(out / f"{name}.{kind}", bbox_inches="tight", dpi=120)
    plt.close(figure)
    return f"![{name}]({name}.svg)"


def scaling(rows, out):
    """Milliseconds for each layer, and peak memory, against the number of layers."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.6))
    for kind in sorted({r["model"].split("-")[0] for r in rows}):
        points = sorted((r["layers"], r) for r in rows if r["model"].startswith(f"{kind}-"))
        layers = [n for n, _ in points]
        axes[0].plot(layers, [1e3 * r["seconds"] / n for n, r in points], "o-", label=f"{kind}, ranges given")
        axes[1].plot(layers, [r["megabytes"] for _, r in points], "o-", label=f"{kind}, ranges given")
        peer = [(n, r) for n, r in points if "with_calibration" in r]
        if peer:
            axes[0].plot([n for n, _ in peer], [1e3 * r["with_calibration"]["ort"] / n for n, r in peer], "x--",
                         label=f"{kind}, ONNX Runtime, one sample")
            axes[1].plot([n for n, _ in peer], [r["peer_megabytes"] for _, r in peer], "x--", label=f"{kind}, ONNX Runtime")
    for axis, title in zip(axes, ("milliseconds for each layer", "peak memory, MB")):
        axis.set(title=title, xlabel="layers", xscale="log", yscale="log")
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_formatter("")
        axis.grid(True, which="both", alpha=0.3)
    axes[0].legend(fontsize=8)
    return save(figure, out, "scaling")


def memory(rows, out):
    """Peak memory of calibration against the number of samples."""
    figure, axis = plt.subplots(figsize=(6, 3.6))
    for name in dict.fromkeys(n for r in rows for n in r["costs"]):
        points = [(r["samples"], r["costs"][name]["megabytes"]) for r in rows if name in r["costs"]]
        axis.plot(*zip(*points), "o-" if name.startswith("tare") else "x--", label=name)
    axis.set(title=f"peak memory of calibrating {rows[0]['model']}, MB", xlabel="samples", xscale="log", yscale="log")
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter("{x:g}")
    axis.grid(True, which="both", alpha=0.3)
    axis.legend(fontsize=8)
    return save(figure, out, "memory")


def running(rows, out):
    """How many times faster than ONNX Runtime's int8: a panel for each batch and number of threads."""
    groups = sorted({(r["batch"], r["threads"]) for r in rows})
    names = list(dict.fromkeys(r["model"] for r in rows))
    figure, axes = plt.subplots(1, len(groups), figsize=(2 + 3 * len(groups), 1 + 0.26 * len(names)), sharey=True, squeeze=False)
    for axis, (batch, threads) in zip(axes[0], groups):
        for row in rows:
            ratio = row["ratios"].get("ort int8")
            if (row["batch"], row["threads"]) == (batch, threads) and ratio:
                axis.barh(names.index(row["model"]), ratio, color=WIN if ratio >= 1 else LOSE)
        axis.axvline(1, color="black", linewidth=1)
        axis.set(title=f"batch {batch}, {threads} thread{'s' * (threads > 1)}", xlabel="ORT int8 time / Tare time")
        axis.set_yticks(range(len(names)), names, fontsize=8)
    axes[0][0].invert_yaxis()
    return save(figure, out, "running")
