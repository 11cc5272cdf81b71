"""check_profile.py PROFILE TRACE: the numbers of a profile of three samples agree with each other and with its trace."""
import json
import sys

profile, trace = json.load(open(sys.argv[1]))["profile"], json.load(open(sys.argv[2]))
assert (profile["samples"], profile["threads"]) == (3, 2)
assert profile["peak_gmacs_per_second"] > 0 and profile["instruction_set"]
layers = {layer["name"]: layer for layer in profile["layers"]}
conv = layers["conv4"]
assert (conv["kind"], conv["type"], conv["shape"], conv["kernel"]) == ("conv", "int8", [1, 4, 4, 48], "reference")
assert conv["macs"] == 16 * 48 * 24 * 9
# Activations, weights and biases in; 8-bit results out.
assert (conv["read_bytes"], conv["written_bytes"]) == (16 * 24 + 48 * 24 * 9 + 48 * 4, 16 * 48)
assert profile["layers"][-1]["written_bytes"] == 4 * 10
assert abs(conv["gmacs_per_second"] - conv["macs"] / conv["microseconds"] * 1e-3) < 1e-6 * conv["gmacs_per_second"]
assert abs(conv["share_of_peak"] - conv["gmacs_per_second"] / profile["peak_gmacs_per_second"]) < 1e-9
assert 0 < sum(layer["microseconds"] for layer in profile["layers"]) <= profile["microseconds"]

events = trace["traceEvents"]
names = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
assert names == {0: "thread 0", 1: "thread 1"}
samples = [event for event in events if event.get("cat") == "sample"]
assert [event["name"] for event in samples] == ["sample 0", "sample 1", "sample 2"]
spans = [event for event in events if event["ph"] == "X" and event.get("cat") != "sample"]
assert sum(event["name"] == "conv4" for event in spans) == 3
for event in spans:
    assert any(s["ts"] <= event["ts"] and event["ts"] + event["dur"] <= s["ts"] + s["dur"] + 0.002 for s in samples), event
