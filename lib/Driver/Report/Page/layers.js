// The table of all layers.

function layerColumns(report) {
  const accuracy = (layer) => layer.accuracy;
  const number = true;
  return [
    { title: "#", number, value: (layer) => layer.index },
    { title: "layer", value: (layer) => layer.label, class: () => "name", cell: (layer) => layerButton(layer.index, layer.label) },
    { title: "kind", value: kindText },
    { title: "result", value: (layer) => layer.type + " " + shapeText(layer.shape) },
    { title: "SQNR dB", number, hint: "Signal to quantization noise against the model: what the program's result is off by",
      value: (layer) => accuracy(layer) && (layer.accuracy.exact ? Infinity : layer.accuracy.sqnr_db),
      text: (layer) => accuracyText(accuracy(layer)), class: (layer) => gradeOf(accuracy(layer)) },
    { title: "falls by", number, hint: "Decibels that the result has less than the worst of what the layer reads, as far as what reads it notices",
      value: (layer) => accuracy(layer) && layer.accuracy.fall_db,
      text: (layer) => (accuracy(layer) && layer.accuracy.fall_db !== null ? layer.accuracy.fall_db.toFixed(1) : "") },
    { title: "clipped", number, hint: "Share of the model's values that lie beyond the range", value: (layer) => layer.values && layer.values.clipped_share,
      text: (layer) => (layer.values ? percent(layer.values.clipped_share) : "") },
    { title: "scale", number, value: (layer) => layer.scale && layer.scale[1], text: (layer) => ends(layer.scale, 4) },
    { title: "zero", number, hint: "Zero point", value: (layer) => layer.zero_point && layer.zero_point[0], text: (layer) => ends(layer.zero_point) },
    { title: "M", number, hint: "M = m \u00b7 2^-q, by which accumulators are multiplied", value: (layer) => layer.factor && layer.factor[1], text: (layer) => ends(layer.factor, 3) },
    { title: "m", number, value: (layer) => layer.multiplier && layer.multiplier[1], text: (layer) => ends(layer.multiplier) },
    { title: "q", number, value: (layer) => layer.shift && layer.shift[1], text: (layer) => ends(layer.shift) },
    { title: "headroom", number, hint: "Bits of the accumulator that no input ever reaches", value: (layer) => layer.headroom_bits },
    { title: "MACs", number, value: (layer) => layer.macs || null, text: (layer) => (layer.macs ? scaled(layer.macs, "") : "") },
    ...(report.profile ? [{ title: "\u00b5s", number, value: (layer) => layer.microseconds, text: (layer) => (layer.microseconds ? layer.microseconds.toFixed(1) : "") }] : []),
  ];
}

function markChosen(rows) {
  chosen.listeners.push((index) => {
    for (const [number, row] of rows) row.classList.toggle("chosen", number === index);
  });
}

/** A search field, kinds, and whether only what is off is shown; calls show(fits) and tells how many are left. */
function layerFilters(layers, show) {
  const kinds = [...new Set(layers.map((layer) => layer.kind))].sort();
  const left = element("span", { class: "muted", role: "status", id: "filter-count" });
  const search = element("input", { type: "search", id: "filter", placeholder: "name, value or kind", "aria-label": "Show layers whose name, value or kind has this", input: update });
  const kind = element("select", { id: "filter-kind", "aria-label": "Show layers of this kind", change: update },
    element("option", { value: "" }, "all kinds"), kinds.map((each) => element("option", { value: each }, each)));
  const grade = element("select", { id: "filter-grade", "aria-label": "Show layers with at most this accuracy", change: update },
    [["", "any accuracy"], ["fair", "below 30 dB"], ["far", "below 20 dB"], ["lost", "below 10 dB"]].map(([value, text]) => element("option", { value }, text)));
  const worse = { "": null, fair: ["fair", "far", "lost"], far: ["far", "lost"], lost: ["lost"] };
  function fits(layer) {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = [layer.label, layer.name, layer.value, kindText(layer)].join(" ").toLowerCase();
    const grades = worse[grade.value];
    return words.every((word) => text.includes(word)) && (!kind.value || layer.kind === kind.value) && (!grades || grades.includes(gradeOf(layer.accuracy)));
  }
  function update() {
    left.textContent = show(fits) + " of " + layers.length;
  }
  const hasAccuracy = layers.some((layer) => layer.accuracy);
  return { bar: element("div", { class: "filters" }, search, kind, hasAccuracy ? grade : null, left), update };
}

function layersPart(report) {
  const rows = [];
  const { table, show } = sortableTable("Layers", layerColumns(report), report.layers, (row, layer) => {
    row.dataset.layer = layer.index;
    rows.push([layer.index, row]);
    row.addEventListener("click", (event) => event.target.closest("button") || choose(layer.index));
  });
  markChosen(rows);
  const { bar, update } = layerFilters(report.layers, show);
  update();
  return part("layers", "Layers",
    element("p", { class: "note screen" }, "In the order in which they run. A press on a column's head sorts by it, one on a layer shows all of it. M = m \u00b7 2^-q; ranges stand for one number per channel."),
    bar, element("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "Layers" }, table));
}
