// Charts of one layer: its values with the thresholds, its weights channel by channel. And accuracy along the network.

const clampedDecibels = 60;

/** The model's values with the ends of the program's grid; what lies beyond is cut off. */
function histogramChart(layer, width = 380, height = 150) {
  const values = layer.values;
  if (!values || !values.counts.length) return null;
  const [left, right, top, bottom] = [8, 8, 18, 20];
  const low = values.first_bar * values.bar_width, high = low + values.counts.length * values.bar_width;
  // The range is shown as far as it is no more than twice what the values span: beyond it is told.
  const span = Math.max(high - low, Number.MIN_VALUE);
  const range = layer.range || [low, high];
  const from = Math.max(Math.min(low, range[0]), low - span), to = Math.min(Math.max(high, range[1]), high + span);
  const x = (value) => left + ((value - from) / (to - from)) * (width - left - right);
  const most = Math.log10(1 + Math.max(...values.counts));
  const y = (count) => height - bottom - (most ? Math.log10(1 + count) / most : 0) * (height - top - bottom);
  const bars = values.counts.map((count, i) => {
    const begin = low + i * values.bar_width, end = begin + values.bar_width;
    // What lies at the very end of the range is not cut off.
    const isCut = layer.range && ((values.below > 0 && end <= range[0]) || (values.above > 0 && begin >= range[1]));
    return drawn("rect", { class: "bar" + (isCut ? " cut" : ""), x: x(begin).toFixed(1), width: Math.max(x(end) - x(begin) - 0.6, 0.6).toFixed(1),
      y: y(count).toFixed(1), height: (height - bottom - y(count)).toFixed(1) }, drawn("title", {}, number(begin) + " .. " + number(end) + ": " + count));
  });
  const thresholds = (layer.range || []).filter((value) => value >= from && value <= to).map((value) => {
    const anchor = x(value) < width * 0.2 ? "start" : x(value) > width * 0.8 ? "end" : "middle";
    return [drawn("line", { class: "threshold", x1: x(value), x2: x(value), y1: top - 4, y2: height - bottom }),
      drawn("text", { x: x(value), y: top - 7, "text-anchor": anchor }, number(value, 3))];
  });
  const marks = [[from, "start"], [to, "end"]].map(([value, anchor]) => drawn("text", { x: x(value), y: height - 6, "text-anchor": anchor }, number(value, 3)));
  const zero = from < 0 && to > 0 && x(0) > 60 && x(0) < width - 60 ? drawn("text", { x: x(0), y: height - 6, "text-anchor": "middle" }, "0") : null;
  return drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": histogramText(layer) },
    bars, drawn("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }), thresholds, marks, zero);
}

/** What the histogram says, in words. */
function histogramText(layer) {
  const values = layer.values;
  const seen = `Values from ${number(values.min)} to ${number(values.max)}, ${percent(values.finite ? values.zeros / values.finite : 0)} of them 0`;
  if (!layer.range) return seen + ".";
  const cut = values.below + values.above;
  return `${seen}; the range is ${number(layer.range[0])} to ${number(layer.range[1])}, ` +
    (cut ? `${percent(values.clipped_share)} of the values are cut off.` : "nothing is cut off.") +
    (isNoticed(layer) ? "" : " What reads them hardly notices, as where a function is flat.");
}

function weightChart(weights, width = 380, height = 110) {
  const [left, right, top, bottom] = [8, 8, 8, 18];
  const most = Math.max(...weights.magnitudes) || 1, count = weights.magnitudes.length;
  const step = (width - left - right) / count;
  const bars = weights.magnitudes.map((magnitude, i) => {
    const size = (magnitude / most) * (height - top - bottom);
    const few = weights.steps[i] < 16;
    const channel = weights.joined === 1 ? `channel ${i}` : `channels ${i * weights.joined} to ${Math.min((i + 1) * weights.joined, weights.channels) - 1}`;
    return drawn("rect", { class: "bar" + (few ? " few" : ""), x: (left + i * step).toFixed(2), width: Math.max(step - (step > 3 ? 1 : 0.2), 0.4).toFixed(2),
      y: (height - bottom - Math.max(size, 0.8)).toFixed(1), height: Math.max(size, 0.8).toFixed(1) },
      drawn("title", {}, `${channel}: up to ${number(magnitude)} in ${weights.steps[i]} steps, ${percent(weights.zeros[i])} zeros`));
  });
  return drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": weightText(weights) }, bars,
    drawn("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }),
    drawn("text", { x: left, y: height - 5 }, "channel 0"), drawn("text", { x: width - right, y: height - 5, "text-anchor": "end" }, String(weights.channels - 1)));
}

function weightText(weights) {
  const filled = weights.magnitudes.filter(Boolean);
  const spread = filled.length ? Math.max(...filled) / Math.min(...filled) : 1;
  return `${plural(weights.channels, "channel")}, the largest weight of each from ${number(Math.min(...weights.magnitudes), 3)} to ${number(Math.max(...weights.magnitudes), 3)}` +
    (spread > 1.05 ? ` (1 : ${number(spread, 3)})` : "") + (weights.coarse ? `; ${weights.coarse} use fewer than 16 of 127 steps` : "") +
    (weights.dead ? `; ${weights.dead} are all 0` : "") + ".";
}

/** Curves are {points, choose}: layers, or nothing at some places, and whether a press chooses one. Of one curve points have the colours of their grades. */
function alongChart(curves, labelled) {
  const [width, height, left, right, top, bottom] = [1180, 250, 34, 12, 16, 22];
  const length = Math.max(...curves.map((curve) => curve.points.length), 2);
  const x = (at) => left + (at / (length - 1)) * (width - left - right);
  const y = (value) => height - bottom - (Math.min(Math.max(value, 0), clampedDecibels) / clampedDecibels) * (height - top - bottom);
  const value = (layer) => (layer.accuracy.exact ? clampedDecibels : layer.accuracy.sqnr_db);
  const lines = [0, 10, 20, 30, 40, 50, 60].map((mark) => [
    drawn("line", { class: "axis", x1: left, x2: width - right, y1: y(mark), y2: y(mark) }), drawn("text", { x: left - 6, y: y(mark) + 4, "text-anchor": "end" }, mark)]);
  const circles = new Map();
  const parts = curves.map((curve, number) => {
    const points = curve.points.map((layer, at) => ({ layer, at })).filter(({ layer }) => layer && layer.accuracy && value(layer) !== null);
    const path = points.map(({ layer, at }, i) => `${i ? "L" : "M"}${x(at).toFixed(1)} ${y(value(layer)).toFixed(1)}`).join("");
    const marks = points.map(({ layer, at }) => {
      const circle = drawn("circle", { class: "point " + (curves.length > 1 ? ["first", "second"][number] : gradeOf(layer.accuracy)), cx: x(at).toFixed(1), cy: y(value(layer)).toFixed(1), r: points.length > 150 ? 3 : 4,
        click: curve.choose ? () => choose(layer.index) : null }, drawn("title", {}, `${layer.label} (${kindText(layer)}): ${decibels(layer.accuracy)}`));
      circles.set(layer.index, circle);
      return circle;
    });
    return [drawn("path", { class: number ? "curve second" : "curve", d: path || "M0 0" }), marks];
  });
  const names = spreadLabels(labelled.map((layer) => ({ layer, x: x(layer.index), y: y(value(layer)) })), width, height);
  if (curves.length === 1) markChosen([...circles]);
  return drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "SQNR of each layer, in the order in which they run" }, lines, parts, names,
    drawn("text", { x: left, y: height - 5 }, "first layer"), drawn("text", { x: width - right, y: height - 5, "text-anchor": "end" }, "last layer"));
}

/** Names with a line to their points, on the side where the curve leaves room, each where no other one stands. */
function spreadLabels(points, width, height) {
  const placed = [];
  return points.map(({ layer, x, y }) => {
    const text = shortened(layer.label, 34), size = text.length * 6.6 + 8;
    const below = y < height / 2, anchor = x + size > width ? "end" : "start";
    const begin = anchor === "end" ? x - size : x;
    let line = below ? y + 46 : y - 36;
    while (placed.some((other) => Math.abs(other.line - line) < 14 && other.begin < begin + size && begin < other.begin + other.size) && line > 16 && line < height - 30) line += below ? 14 : -14;
    placed.push({ begin, size, line });
    return [drawn("line", { class: "leader", x1: x, x2: x, y1: below ? y + 6 : y - 6, y2: below ? line - 10 : line + 3 }),
      drawn("text", { class: "called", x: anchor === "end" ? x - 4 : x + 4, y: line, "text-anchor": anchor }, text)];
  });
}
