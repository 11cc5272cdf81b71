"""The report's tables of what calibration and conversion cost, and of the kernels."""
import calibrating
from tables import geometric_mean, markdown, number, ratio

FLOAT = f"tare {calibrating.FLOAT}"
# Tare's contender, its peer.
PAIRS = {f"tare {method}": peer and f"ort {peer}" for method, peer in calibrating.METHODS.items()}


def method_row(row, name, peer):
    costs = row["costs"]
    mine, theirs = costs[name], costs.get(peer)
    over = mine["seconds"] / costs[FLOAT]["seconds"]
    return [row["model"], str(row["samples"]), str(row["threads"]), name.removeprefix("tare "), number(mine["seconds"]),
            f"**{over:.2f}**" if over > 1.2 else f"{over:.2f}",
            (peer or "").removeprefix("ort ") or "–", number(theirs and theirs["seconds"]),
            ratio(theirs and theirs["seconds"] / mine["seconds"]), number(mine["megabytes"]), number(theirs and theirs["megabytes"]),
            ratio(theirs and theirs["megabytes"] / mine["megabytes"])]


def means_of_methods(rows):
    table = []
    for name, peer in PAIRS.items():
        over = {(r["model"], r["threads"]): r["costs"][name]["seconds"] / r["costs"][FLOAT]["seconds"] for r in rows}
        faster = [r["costs"][peer]["seconds"] / r["costs"][name]["seconds"] for r in rows if peer in r["costs"]]
        smaller = [r["costs"][peer]["megabytes"] / r["costs"][name]["megabytes"] for r in rows if peer in r["costs"]]
        worst = max(over, key=over.get)
        table.append([name.removeprefix("tare "), f"{geometric_mean(over.values()):.2f}",
                      f"{over[worst]:.2f} ({worst[0]}, {worst[1]} threads)", (peer or "–").removeprefix("ort "),
                      ratio(geometric_mean(faster)), ratio(min(faster, default=None)), ratio(geometric_mean(smaller))])
    return markdown(["method", "times float evaluation, mean", "at worst", "peer", "peer / Tare seconds, mean", "least",
                     "peer / Tare memory, mean"], table)


def calibration(rows):
    header = ["model", "samples", "threads", "method", "Tare s", "/ float s", "peer", "peer s", "peer / Tare", "Tare MB", "peer MB",
              "peer / Tare"]
    rows = [r for r in rows if FLOAT in r["costs"]]
    return means_of_methods(rows) + "\n\n" + markdown(
        header, [method_row(r, name, peer) for r in rows for name, peer in PAIRS.items()])


def memory(rows):
    """Peak megabytes against the number of samples."""
    names = list(dict.fromkeys(n for r in rows for n in r["costs"]))
    header = ["peak MB of"] + [f"{r['samples']:,} samples" for r in rows]
    return f"{rows[0]['model']}:\n\n" + markdown(
        header, [[n.replace("ort", "ORT").replace("tare", "Tare")]
                 + [number(r["costs"][n]["megabytes"] if n in r["costs"] else None) for r in rows] for n in names])


def conversion(rows):
    header = ["model", "weights MB", "s", "peak MB", "peak / weights", "from one sample: Tare s", "ORT s", "ORT / Tare", "ORT peak MB"]
    return markdown(header, [[r["model"], number(r["weights"]), number(r["seconds"]), number(r["megabytes"]),
                              number(r["megabytes"] / r["weights"]), *against_peer(r)] for r in rows])


def dumping(rows):
    header = ["model", "weights MB", "s", "with --dump-ir s", "the dump s", "files", "dumped MB"]
    return markdown(header, [[r["model"], *(number(r[key]) for key in ("weights", "seconds", "seconds_dumping", "seconds_of_dump")),
                              str(r["files"]), number(r["megabytes"])] for r in rows])


def against_peer(row):
    both = row.get("with_calibration")
    if not both:
        return ["–"] * 4
    return [number(both["tare"]), number(both["ort"]), ratio(both["ort"] / both["tare"]), number(row["peer_megabytes"])]


def scaling(rows):
    header = ["graph", "layers", "s", "ms / layer", "by that of 1,000 layers", "CPU ms / layer", "peak MB", "kB / layer", "from one sample: Tare s", "ORT s",
              "ORT / Tare", "ORT peak MB"]
    table = []
    for row in rows:
        kind = row["model"].split("-")[0]
        unit = next((r for r in rows if r["model"] == f"{kind}-1000"), None)
        per_layer = row["seconds"] / row["layers"]
        table.append([kind, f"{row['layers']:,}", number(row["seconds"]), number(1e3 * per_layer),
                      number(unit and per_layer * unit["layers"] / unit["seconds"]),
                      number(1e3 * row["cpu_seconds"] / row["layers"]), number(row["megabytes"]),
                      number(1e3 * row["megabytes"] / row["layers"]), *against_peer(row)])
    return markdown(header, table)
