// What a reader sees first: the verdict, a few figures, what was found and what to do.

function tiles(pairs) {
  return element("dl", { class: "tiles" }, pairs.filter(([, value]) => value !== null).map(([name, value, kind]) => element("div", {}, element("dt", {}, name), element("dd", { class: kind || null }, value))));
}

/** The outputs, and behind each what is joined in it. */
function outputsAndParts(report) {
  return report.accuracy.flatMap((output) => [output, ...output.parts.map((part) => ({ ...report.layers[part].accuracy, name: report.layers[part].label, layer: part }))]);
}

function worstAccuracy(report) {
  return outputsAndParts(report).filter((output) => output.sqnr_db !== null || output.exact).sort((a, b) => (a.exact ? Infinity : a.sqnr_db) - (b.exact ? Infinity : b.sqnr_db))[0];
}

function figuresOf(report) {
  const worst = worstAccuracy(report);
  const host = report.layers.filter((layer) => layer.host).length;
  const widths = [...new Set(report.layers.filter((layer) => layer.range).map((layer) => layer.type))].sort();
  const headrooms = report.layers.map((layer) => layer.headroom_bits).filter((bits) => bits !== null);
  return [
    ["worst output", worst ? decibels(worst) : null, worst ? gradeOf(worst) : null],
    ["layers", report.layers.length + (host ? `, ${host} on the host` : "")],
    ["activations", widths.join(", ") || null],
    ["program", bytes(report.file_bytes)],
    ["constants", bytes(report.memory.constant_bytes)],
    ["arena", bytes(report.memory.arena_bytes)],
    ["MACs", report.macs ? scaled(report.macs, "") : null],
    ["least headroom", headrooms.length ? plural(Math.min(...headrooms), "bit") : null],
    ["a run", report.profile ? (report.profile.microseconds / 1000).toPrecision(3) + " ms" : null],
  ];
}

function verdictPart(verdict, ...children) {
  const made = part("verdict", "Verdict", element("p", {}, verdict.text), ...children);
  made.classList.add("verdict", verdict.grade);
  return made;
}

function findingItem(finding) {
  return element("li", {}, element("span", { class: "tag " + finding.severity }, finding.severity),
    element("div", {}, finding.text, finding.told_by === "conversion" ? element("span", { class: "muted" }, " (told by the conversion)") : null,
      finding.layer === null ? null : [" ", element("span", { class: "screen" }, layerButton(finding.layer, "show the layer"))]),
    finding.advice ? element("div", { class: "advice" }, finding.advice) : null);
}

function findingsPart(report) {
  const list = element("ol", { class: "findings" }, report.findings.map(findingItem));
  const most = 8, items = [...list.children];
  const notes = [];
  if (!report.findings.length) notes.push(element("p", { class: "note" }, report.accuracy.length ? "Nothing that would need a look." : "Nothing in the program itself."));
  if (!report.accuracy.length) notes.push(element("p", { class: "note" }, "Accuracy, values and clipping need the model and data: " + missingData(report).replace("Values need data: ", "")));
  if (report.repairs === null) notes.push(element("p", { class: "note" }, "Warnings and repairs of the conversion are shown where its report is given: tare convert \u2026 --json > convert.json, and --conversion convert.json here."));
  let more = null;
  if (items.length > most + 2) {
    items.slice(most).forEach((item) => item.classList.add("later"));
    more = element("button", { type: "button", id: "more-findings", class: "screen", click: () => { list.classList.add("all"); more.remove(); } }, `show all ${items.length}`);
  }
  return part("findings", "What to look at", list, more, ...notes);
}

function repairsPart(report) {
  if (!report.repairs || !report.repairs.length) return null;
  return part("repairs", "Repairs", element("p", { class: "note" }, "What the conversion has changed so that the hardware can hold it, what costs most first. An LSB is a step of the layer's result."),
    element("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "Repairs" }, sortableTable("Repairs", [
      { title: "layer", value: (repair) => repair.layer, class: () => "name" }, { title: "repair", value: (repair) => repair.kind },
      { title: "channels", number: true, value: (repair) => repair.channels },
      { title: "cost", number: true, value: (repair) => repair.cost, text: (repair) => number(repair.cost, 3) + (repair.unit === "LSB" ? " LSB" : "") },
    ], report.repairs).table));
}

function accuracyPart(report) {
  if (!report.accuracy.length) return null;
  const columns = [
    { title: "output", value: (output) => output.name, cell: (output) => (output.layer === undefined ? output.name : ["its part ", layerButton(output.layer, output.name)]) },
    { title: "SQNR", number: true, value: (output) => (output.equal_share === null ? decibels(output) : ""), class: gradeOf },
    { title: "cosine", number: true, value: (output) => (output.cosine === null ? "" : output.cosine.toFixed(6)) },
    { title: "equal", number: true, value: (output) => percent(output.equal_share) },
    { title: "largest difference", number: true, value: (output) => number(output.largest_difference) },
    { title: "differing", number: true, value: (output) => `${output.differing} of ${output.elements}` },
    { title: "NaN, infinite", number: true, value: (output) => output.non_finite || "" },
  ];
  return part("outputs", "Accuracy of the outputs", plainTable("Accuracy of the outputs", columns, outputsAndParts(report)));
}

function alongPart(report) {
  if (!report.accuracy.length) return null;
  return part("along", "Accuracy along the network", element("p", { class: "note" }, "SQNR of each layer's result against the model's value, in dB, in the order in which the layers run; 60 and more, or equal, stands on top. Named are the layers where most error enters."),
    element("div", { class: "scroll" }, alongChart([{ points: report.layers, choose: true }], worstLayers(report, 5))), gradeLegend());
}
