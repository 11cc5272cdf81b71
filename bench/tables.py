"""The report: Markdown tables from the rows that the measurements gave."""
import math


def markdown(header, rows):
    """A table; the first column is text, the others numbers or text that is aligned like numbers."""
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def number(value, digits=3):
    """So many digits that count; a dash for what is not there."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return "∞"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"


def ratio(value):
    """How many times faster Tare is; bold where it is slower."""
    if value is None:
        return "–"
    return f"**{value:.2f}**" if value < 1 else f"{value:.2f}"


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


# ONNX Runtime's forms of a model, by what the tables call them: statically and dynamically quantized, and float.
PEERS = {"ort int8": "int8", "ort dynamic": "dynamic", "ort float": "float"}
RUNNING = ["model", "GMAC", "batch", "threads", "Tare ms", *(f"ORT {name} ms" for name in PEERS.values()),
           *(f"{name} / Tare" for name in PEERS.values()), "Tare dB", "ORT dB", "dynamic dB"]


def running_row(row):
    ms, ratios, decibels = row["milliseconds"], row["ratios"], row["decibels"]
    return [row["model"], number(row["macs"] / 1e9), str(row["batch"]), str(row["threads"]), number(ms["tare"]),
            *(number(ms.get(peer)) for peer in PEERS), *(ratio(ratios.get(peer)) for peer in PEERS),
            *(f"{decibels[n]:.1f}" if n in decibels else "–" for n in ("tare", "ort int8", "ort dynamic"))]


def running_means(rows):
    """For each batch and number of threads: the geometric mean, the least, and where Tare loses."""
    table = []
    for batch, threads in sorted({(r["batch"], r["threads"]) for r in rows}):
        group = [r for r in rows if (r["batch"], r["threads"]) == (batch, threads)]
        for peer in PEERS:
            ratios = {r["model"]: r["ratios"][peer] for r in group if peer in r["ratios"]}
            if ratios:
                lost = [f"{name} {value:.2f}" for name, value in ratios.items() if value < 1]
                table.append([peer.replace("ort", "ORT"), str(batch), str(threads), str(len(ratios)),
                              ratio(geometric_mean(ratios.values())), ratio(min(ratios.values())), ", ".join(lost) or "none"])
    return markdown(["against", "batch", "threads", "models", "geometric mean", "least", "slower than the peer on"], table)


def running(rows):
    every = [r["ratios"]["ort int8"] for r in rows if "ort int8" in r["ratios"]]
    text = running_means(rows) + "\n\n" + markdown(RUNNING, [running_row(r) for r in rows])
    return (f"Over all rows, ONNX Runtime's int8 time is {ratio(geometric_mean(every))} times Tare's "
            f"(geometric mean of {len(every)}).\n\n{text}") if every else text


def skipped(rows):
    """What was not measured, and why."""
    return "\n".join(f"- {name}: {why}" for name, why in rows)


def floating_means(rows, kind):
    table = []
    for threads in sorted({r["threads"] for r in rows}):
        ratios = {r["model"]: r[f"ratio_{kind}"] for r in rows if r["threads"] == threads}
        lost = [f"{name} {value:.2f}" for name, value in ratios.items() if value < 1]
        table.append([str(threads), str(len(ratios)), ratio(geometric_mean(ratios.values())), ratio(min(ratios.values())), ", ".join(lost) or "none"])
    return markdown(["threads", "models", "geometric mean", "least", "slower than the peer on"], table)


def floating(rows):
    """Float evaluation: the means by number of threads, then every network. A busy machine's seconds say little, the processor's more."""
    table = [[r["model"], str(r["threads"]), str(r["samples"]), number(r["seconds"] * 1e3), number(r["peer_seconds"] * 1e3), ratio(r["ratio_seconds"]),
              ratio(r["ratio_cpu_seconds"])] for r in rows]
    return (f"{floating_means(rows, 'seconds')}\n\nBy the processor's time:\n\n{floating_means(rows, 'cpu_seconds')}\n\n"
            + markdown(["model", "threads", "samples", "Tare ms", "ORT float ms", "ORT / Tare", "by the processor's time"], table))
