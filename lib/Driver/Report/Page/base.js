// What all parts share: elements, numbers as text, the chosen layer.
// Elements get text nodes alone, so that no name of a file is ever read as HTML.

const svgSpace = document.querySelector("svg").namespaceURI;

/** Text of a file, with what does not print, or turns the direction of writing, spelled out. */
function shown(text) {
  return String(text).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (one) => "\\u" + one.charCodeAt(0).toString(16).padStart(4, "0"));
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {}))
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined) made.append(child instanceof Node ? child : shown(child));
  return made;
}

function element(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function drawn(name, attributes, ...children) {
  return fill(document.createElementNS(svgSpace, name), attributes, children);
}

/** A number of about `digits` digits; nothing where there is none. */
function number(value, digits = 4) {
  if (value === null || value === undefined) return "";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(digits - 1);
  return String(Number(value.toPrecision(digits)));
}

/** "3", or "3 .. 9" of the ends of a list. */
function ends(pair, digits = 4) {
  if (!pair) return "";
  const [low, high] = pair.map((value) => number(value, digits));
  return low === high ? low : low + " .. " + high;
}

/** Thousands as the tools have them: "4.6 kB", "231 k". */
function scaled(value, unit) {
  if (value === null || value === undefined) return "";
  for (const [size, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]])
    if (value >= size) return number(value / size, value / size >= 100 ? 3 : 2 + (value / size >= 10)) + " " + letter + unit;
  return value + (unit ? " " + unit : "");
}
const bytes = (value) => scaled(value, "B");

function percent(share) {
  if (share === null || share === undefined) return "";
  if (share === 0) return "0 %";
  return share < 1e-5 ? "< 0.001 %" : number(100 * share, 3) + " %";
}

function plural(count, word) {
  return count + " " + word + (count === 1 ? "" : "s");
}

/** What an accuracy is worth: docs/report.md has the limits. */
function gradeOf(accuracy) {
  if (!accuracy) return "unknown";
  if (accuracy.exact) return "exact";
  const [value, limits] = accuracy.equal_share !== null ? [accuracy.equal_share, [0.99, 0.9, 0.5]] : [accuracy.sqnr_db, [30, 20, 10]];
  if (value === null) return accuracy.non_finite ? "lost" : "unknown";
  return value >= limits[0] ? "close" : value >= limits[1] ? "fair" : value >= limits[2] ? "far" : "lost";
}

/** Whether what reads a layer has half of its error at least. */
function isNoticed({ accuracy }) {
  return !accuracy || accuracy.noticed_error === null || accuracy.sqnr_db === null || accuracy.noticed_error >= 10 ** (-accuracy.sqnr_db / 10) / 2;
}

function accuracyText(accuracy) {
  if (!accuracy) return "";
  if (accuracy.exact) return "equal";
  if (accuracy.equal_share !== null) return percent(accuracy.equal_share) + " equal";
  if (accuracy.sqnr_db === null) return accuracy.non_finite ? "not finite" : "none";
  return accuracy.sqnr_db.toFixed(1);
}

function decibels(accuracy) {
  const text = accuracyText(accuracy);
  return /^-?[0-9.]+$/.test(text) ? text + " dB" : text;
}

function kindText(layer) {
  return layer.kind + (layer.function ? " + " + layer.function : "") + (layer.host ? " (host)" : "") + (layer.runs > 1 ? " \u00d7" + layer.runs : "");
}

const shapeText = (shape) => (shape.length ? shape.join("\u00d7") : "scalar");

const gradeWords = { exact: "equal", close: "30 dB and more", fair: "20 to 30 dB", far: "10 to 20 dB", lost: "below 10 dB", unknown: "not compared" };

function gradeLegend() {
  return element("div", { class: "legend" }, Object.entries(gradeWords).map(([grade, words]) =>
    element("span", {}, element("span", { class: "swatch " + grade }), words)));
}

/** A part of the page. */
function part(id, title, ...children) {
  return element("section", { id, "aria-labelledby": id + "-title" }, element("h2", { id: id + "-title" }, title), ...children);
}

/** The layer that is looked at: parts that show it are told. */
const chosen = { index: null, listeners: [] };

function choose(index) {
  chosen.index = index;
  for (const listener of chosen.listeners) listener(index);
}

function layerButton(index, text) {
  return element("button", { type: "button", class: "link", click: () => choose(index) }, text);
}
