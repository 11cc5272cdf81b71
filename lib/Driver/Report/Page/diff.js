// Two programs side by side.

/** Layers of both, as the report pairs them: {a, b}, either of which may be missing. */
function pairsOf(report) {
  const [first, second] = report.programs;
  return report.pairs.map(([a, b], index) => ({ index, a: a === null ? null : first.layers[a], b: b === null ? null : second.layers[b] }));
}

function differs(pair) {
  if (!pair.a || !pair.b) return true;
  const facts = (layer) => JSON.stringify([layer.kind, layer.function, layer.host, layer.type, layer.shape, layer.scale, layer.zero_point, layer.multiplier, layer.shift]);
  return facts(pair.a) !== facts(pair.b);
}

/** A column for each of the two, next to each other. */
function both(title, value, text, options = {}) {
  return ["a", "b"].map((side) => ({ title: `${title} ${side.toUpperCase()}`, number: true, ...options,
    value: (pair) => (pair[side] ? value(pair[side]) : null), text: (pair) => (pair[side] ? text(pair[side]) : "") }));
}

function gain(pair) {
  const sqnr = (layer) => (layer && layer.accuracy && layer.accuracy.sqnr_db !== null ? layer.accuracy.sqnr_db : null);
  return sqnr(pair.a) !== null && sqnr(pair.b) !== null ? sqnr(pair.b) - sqnr(pair.a) : null;
}

const signed = (value, digits = 1) => (value > 0 ? "+" : "") + value.toFixed(digits);

function pairColumns(report) {
  const either = (pair) => pair.a || pair.b;
  const hasTimes = report.programs.some((program) => program.profile);
  return [
    { title: "#", number: true, value: (pair) => pair.index },
    { title: "layer", value: (pair) => either(pair).label, class: () => "name" },
    { title: "kind", value: (pair) => [...new Set([pair.a, pair.b].filter(Boolean).map(kindText))].join(" / ") },
    { title: "in", hint: "Which of the two have it", value: (pair) => (pair.a && pair.b ? "both" : pair.a ? "A alone" : "B alone") },
    ...both("result", (layer) => layer.type, (layer) => layer.type, { number: false }),
    ...both("SQNR", (layer) => layer.accuracy && (layer.accuracy.exact ? Infinity : layer.accuracy.sqnr_db), (layer) => accuracyText(layer.accuracy)),
    { title: "B \u2212 A", number: true, hint: "Decibels that B is closer to the model", value: gain, text: (pair) => (gain(pair) === null ? "" : signed(gain(pair))),
      class: (pair) => (gain(pair) > 0.5 ? "better" : gain(pair) < -0.5 ? "worse" : "") },
    ...both("scale", (layer) => layer.scale && layer.scale[1], (layer) => ends(layer.scale, 4)),
    ...both("M", (layer) => layer.factor && layer.factor[1], (layer) => ends(layer.factor, 3)),
    ...both("q", (layer) => layer.shift && layer.shift[1], (layer) => ends(layer.shift)),
    ...both("written", (layer) => layer.written_bytes || null, (layer) => (layer.written_bytes ? bytes(layer.written_bytes) : "")),
    ...(hasTimes ? both("\u00b5s", (layer) => layer.microseconds, (layer) => (layer.microseconds ? layer.microseconds.toFixed(1) : "")) : []),
  ];
}

function totalsTable(report) {
  const [a, b] = report.programs;
  const row = (name, value, text) => ({ name, a: value(a), b: value(b), text });
  const worst = (program) => { const found = worstAccuracy(program); return found ? (found.exact ? Infinity : found.sqnr_db) : null; };
  const rows = [
    row("worst output, dB", worst, (value) => (value === Infinity ? "equal" : value.toFixed(1))), row("layers", (program) => program.layers.length, String), row("program", (program) => program.file_bytes, bytes),
    row("constants", (program) => program.memory.constant_bytes, bytes), row("arena", (program) => program.memory.arena_bytes, bytes), row("MACs", (program) => program.macs, (value) => scaled(value, "")),
    row("bytes moved", (program) => program.layers.reduce((sum, layer) => sum + layer.read_bytes + layer.written_bytes, 0), bytes),
    row("a run, \u00b5s", (program) => program.profile && program.profile.microseconds, (value) => value.toFixed(1)),
  ].filter((each) => each.a !== null && each.b !== null);
  const change = (each) => (!Number.isFinite(each.a) || !Number.isFinite(each.b) || each.a === each.b ? "" : each.name.endsWith("dB") ? signed(each.b - each.a) : each.a ? signed(100 * (each.b / each.a - 1)) + " %" : "");
  return plainTable("Totals", [
    { title: "", value: (each) => each.name }, { title: "A", number: true, value: (each) => each.text(each.a) }, { title: "B", number: true, value: (each) => each.text(each.b) },
    { title: "B to A", number: true, value: change },
  ], rows);
}

function outputsOfBoth(report) {
  const [a, b] = report.programs;
  if (!a.accuracy.length) return element("p", { class: "note" }, "Accuracy needs the model and data: tare report --diff MODEL A B --inputs DATA -o FILE.html");
  const rows = outputsAndParts(a).map((output) => ({ name: output.name, a: output, b: outputsAndParts(b).find((other) => other.name === output.name) }));
  return plainTable("Outputs", [
    { title: "output", value: (row) => row.name }, { title: "SQNR A", number: true, value: (row) => decibels(row.a), class: (row) => gradeOf(row.a) },
    { title: "SQNR B", number: true, value: (row) => decibels(row.b), class: (row) => gradeOf(row.b) },
    { title: "cosine A", number: true, value: (row) => (row.a.cosine === null ? "" : row.a.cosine.toFixed(6)) },
    { title: "cosine B", number: true, value: (row) => (row.b && row.b.cosine !== null ? row.b.cosine.toFixed(6) : "") },
  ], rows);
}

function pairsPart(report) {
  const pairs = pairsOf(report);
  const { table, show } = sortableTable("Layers of both", pairColumns(report), pairs, (row, pair) => (row.dataset.pair = pair.index));
  const left = element("span", { class: "muted", role: "status", id: "filter-count" });
  const search = element("input", { type: "search", id: "filter", placeholder: "name or kind", "aria-label": "Show layers whose name or kind has this", input: update });
  const only = element("input", { type: "checkbox", id: "only-different", change: update });
  function update() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const textOf = (pair) => [pair.a, pair.b].filter(Boolean).map((layer) => [layer.label, layer.value, kindText(layer)].join(" ")).join(" ").toLowerCase();
    left.textContent = show((pair) => (!only.checked || differs(pair)) && words.every((word) => textOf(pair).includes(word))) + " of " + pairs.length;
  }
  update();
  return part("layers", "Layers side by side", element("p", { class: "note" }, "Layers that give the same value of the model stand in one row."),
    element("div", { class: "filters" }, search, element("label", {}, only, " only those that differ"), left),
    element("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "Layers of both" }, table));
}

function alongBoth(report) {
  if (!report.programs[0].accuracy.length) return null;
  const pairs = pairsOf(report), name = (program) => shown(program.program);
  return part("along", "Accuracy along the network", element("p", { class: "note" }, "SQNR of each layer's result against the model's value, in dB; 60 and more, or equal, stands on top."),
    element("div", { class: "scroll" }, alongChart([{ points: pairs.map((pair) => pair.a) }, { points: pairs.map((pair) => pair.b) }], [])),
    element("div", { class: "legend" }, ["first", "second"].map((which, i) => element("span", {}, element("span", { class: "swatch " + which }), "AB"[i] + ": " + name(report.programs[i])))));
}

function diffParts(report) {
  return [verdictPart(report.verdict), part("totals", "In numbers", totalsTable(report)), part("outputs", "Accuracy of the outputs", outputsOfBoth(report)), alongBoth(report), pairsPart(report)];
}
