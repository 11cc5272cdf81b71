// The layer that was chosen, beside the page; and small cards of the worst ones.

function facts(pairs) {
  return element("dl", { class: "facts" }, pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function valuesOf(layer, report) {
  const chart = histogramChart(layer);
  if (chart) return [chart, element("p", { class: "note" }, histogramText(layer) + " Heights are logarithms of counts; dashed lines are the ends of the range.")];
  return [element("p", { class: "note" }, report.accuracy.length ? "The model has no value of this name, or one that is no number: there is nothing to count." : missingData(report))];
}

function missingData(report) {
  return `Values need data: tare report ${report.model ? shown(report.model) : "MODEL"} ${shown(report.program)} --inputs DATA -o FILE.html`;
}

function neighbours(report, layer) {
  const read = layer.operands.map((index) => (index < 0 ? element("span", {}, "input " + (report.inputs[-1 - index] || {}).name) : layerButton(index, report.layers[index].label)));
  const readers = report.layers.filter((other) => other.operands.includes(layer.index)).map((other) => layerButton(other.index, other.label));
  const joined = (list) => (list.length ? element("span", {}, list.flatMap((one, i) => (i ? [", ", one] : [one]))) : "");
  return [["reads", joined(read)], ["is read by", joined(readers)]];
}

function numbersOf(report, layer) {
  const accuracy = layer.accuracy;
  return facts([
    ["layer", layer.name], ["value", layer.value], ["kind", kindText(layer)], ["result", layer.type + " " + shapeText(layer.shape)],
    ["SQNR", accuracy ? element("span", { class: gradeOf(accuracy) }, decibels(accuracy)) : ""],
    ["what reads it notices", accuracy && !isNoticed(layer) ? (-10 * Math.log10(accuracy.noticed_error)).toFixed(1) + " dB" : ""],
    ["falls by", accuracy && accuracy.fall_db !== null ? accuracy.fall_db.toFixed(1) + " dB" : ""],
    ["cosine", accuracy && accuracy.cosine !== null ? accuracy.cosine.toFixed(6) : ""],
    ["largest difference", accuracy ? number(accuracy.largest_difference) : ""],
    ["scale", ends(layer.scale, 6)], ["zero point", ends(layer.zero_point)], ["M = m \u00b7 2^-q", ends(layer.factor)], ["m", ends(layer.multiplier)], ["q", ends(layer.shift)],
    ["headroom", layer.headroom_bits === null ? "" : plural(layer.headroom_bits, "bit")],
    ["MACs", layer.macs ? String(layer.macs) : ""], ["reads, writes", layer.read_bytes ? bytes(layer.read_bytes) + ", " + bytes(layer.written_bytes) : ""],
    ["time", layer.microseconds ? layer.microseconds.toFixed(1) + " \u00b5s" : ""],
    ...neighbours(report, layer),
  ]);
}

/** Fills and opens the panel whenever a layer is chosen; Escape closes it and goes back to where one was. */
function detailPanel(report, panel) {
  let from = null;
  const close = () => {
    panel.hidden = true;
    if (from && from.isConnected) from.focus();
    choose(null);
  };
  chosen.listeners.push((index) => {
    if (index === null) return;
    if (panel.hidden) from = document.activeElement;
    const layer = report.layers[index];
    const button = element("button", { type: "button", id: "close", click: close }, "close");
    panel.replaceChildren(element("div", { class: "top" }, element("h2", {}, layer.label), button), numbersOf(report, layer),
      element("h3", {}, "Values of the model"), ...valuesOf(layer, report),
      ...(layer.weights ? [element("h3", {}, "Weights, by output channel"), weightChart(layer.weights), element("p", { class: "note" }, weightText(layer.weights))] : []),
      ...findingsOf(report, index));
    panel.hidden = false;
    panel.scrollTop = 0;
    button.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) close();
  });
}

function findingsOf(report, index) {
  const found = report.findings.filter((finding) => finding.layer === index);
  return found.length ? [element("h3", {}, "What was found"), found.map((finding) => element("p", {}, finding.text + ". ", element("span", { class: "muted" }, finding.advice)))].flat() : [];
}

function worstLayers(report, most) {
  return report.layers.filter((layer) => layer.accuracy && layer.accuracy.added_error >= 1e-3)
    .sort((a, b) => b.accuracy.added_error - a.accuracy.added_error || a.index - b.index).slice(0, most);
}

function worstPart(report) {
  const worst = worstLayers(report, 6);
  if (!worst.length) return null;
  return part("worst", "Where most of the error enters",
    element("p", { class: "note" }, "The layers behind which the most of the signal's power is error that was not in what they read, and that is still there in what reads them. Dashed lines are the ends of the range, red what is cut off."),
    element("div", { class: "cards" }, worst.map((layer) => element("div", { class: "card" }, element("h3", {}, layerButton(layer.index, layer.label)),
      element("p", { class: "note" }, kindText(layer) + ", " + layer.type + " " + shapeText(layer.shape) + ": ", element("strong", { class: gradeOf(layer.accuracy) }, decibels(layer.accuracy)),
        layer.accuracy.fall_db !== null ? `, falls by ${layer.accuracy.fall_db.toFixed(1)} dB` : ", the first to lose"),
      histogramChart(layer), layer.weights ? [element("p", { class: "note" }, "Weights: " + weightText(layer.weights)), weightChart(layer.weights, 380, 70)] : null))));
}
