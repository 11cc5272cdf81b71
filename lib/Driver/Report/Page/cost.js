// Where time goes, or multiply-accumulates and bytes where nobody has measured it.

function costPart(report) {
  const { profile } = report;
  const costOf = profile ? (layer) => layer.microseconds || 0 : report.macs ? (layer) => layer.macs : (layer) => layer.read_bytes + layer.written_bytes;
  const textOf = profile ? (value) => value.toFixed(1) + " \u00b5s" : report.macs ? (value) => scaled(value, "MACs") : bytes;
  const costs = report.layers.map((layer) => ({ layer, cost: costOf(layer) })).filter((each) => each.cost > 0).sort((a, b) => b.cost - a.cost || a.layer.index - b.layer.index);
  const all = profile ? profile.microseconds : costs.reduce((sum, each) => sum + each.cost, 0);
  const most = costs.length ? costs[0].cost : 1, shownCosts = costs.slice(0, 15);
  const bar = (cost) => drawn("svg", { viewBox: "0 0 300 12", width: 300, height: 12, "aria-hidden": "true" }, drawn("rect", { class: "bar", x: 0, y: 1, width: Math.max((cost / most) * 300, 1).toFixed(1), height: 10 }));
  const table = plainTable("Cost of layers", [
    { title: "layer", value: ({ layer }) => layer.label, class: () => "name", cell: ({ layer }) => layerButton(layer.index, layer.label) },
    { title: "kind", value: ({ layer }) => kindText(layer) },
    { title: profile ? "time" : report.macs ? "MACs" : "bytes", number: true, value: ({ cost }) => textOf(cost) },
    { title: "share", number: true, value: ({ cost }) => percent(cost / all) },
    { title: "", value: () => "", cell: ({ cost }) => bar(cost) },
    { title: "bytes read", number: true, value: ({ layer }) => bytes(layer.read_bytes) },
    { title: "bytes written", number: true, value: ({ layer }) => bytes(layer.written_bytes) },
  ], shownCosts);
  const words = profile
    ? `A run takes ${textOf(profile.microseconds)} on this machine: ${profile.instruction_set}, ${plural(profile.threads, "thread")}, the mean of ${plural(profile.samples, "sample")}.`
    : "Times were not measured: --profile with --inputs measures them. " + (report.macs ? "These are multiply-accumulates, which do not depend on the machine." : "These are the bytes that layers read and write.");
  return part("cost", profile ? "Time" : "Work", element("p", { class: "note" }, words + (costs.length > shownCosts.length ? ` The ${shownCosts.length} largest of ${costs.length} layers.` : "")), table);
}
