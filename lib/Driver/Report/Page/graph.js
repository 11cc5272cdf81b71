// The graph: its layers coloured by their accuracy, to be moved and zoomed.

const nodeWidth = 168, nodeHeight = 40, rankHeight = 74;

function shortened(text, length) {
  const clean = shown(text);
  return clean.length > length ? "\u2026" + clean.slice(1 - length) : clean;
}

/** Inputs, layers, outputs; edges between their numbers. */
function graphOf(report) {
  const inputs = report.inputs.length, layers = report.layers.length;
  const nodeOf = (layer) => (layer < 0 ? -1 - layer : inputs + layer);
  const edges = [];
  for (const layer of report.layers) for (const operand of new Set(layer.operands)) edges.push([nodeOf(operand), nodeOf(layer.index)]);
  report.outputs.forEach((output, i) => edges.push([nodeOf(output.layer), inputs + layers + i]));
  const nodes = [...report.inputs.map((port) => ({ port })), ...report.layers.map((layer) => ({ layer })), ...report.outputs.map((port) => ({ port }))];
  return { nodes, edges };
}

function nodeDrawing(node, at) {
  const { layer, port } = node;
  const text = (y, size, words) => drawn("text", { x: 0, y, class: size }, words);
  const below = layer ? [kindText(layer), decibels(layer.accuracy)].filter(Boolean).join(", ") : port.type + " " + shapeText(port.shape);
  return drawn("g", { class: "node " + (layer ? gradeOf(layer.accuracy) : "port"), transform: `translate(${at.x.toFixed(1)} ${at.y})`, "data-layer": layer ? layer.index : null,
    click: layer ? () => choose(layer.index) : null },
    drawn("title", {}, layer ? `${shown(layer.label)}: ${below}` : port.name),
    drawn("rect", { x: -nodeWidth / 2, y: -nodeHeight / 2, width: nodeWidth, height: nodeHeight, rx: 4 }),
    text(-3, null, shortened(layer ? layer.label : port.name, 24)), text(12, "small", shortened(below, 30)));
}

function edgePath(route) {
  return route.map((point, i) => {
    const begin = i === 0 ? point.y + nodeHeight / 2 : point.y, end = i === route.length - 1 ? point.y - nodeHeight / 2 : point.y;
    if (i === 0) return `M${point.x.toFixed(1)} ${begin}`;
    const last = route[i - 1], from = last.y + (i === 1 ? nodeHeight / 2 : 0), middle = (from + end) / 2;
    return `C${last.x.toFixed(1)} ${middle} ${point.x.toFixed(1)} ${middle} ${point.x.toFixed(1)} ${end}`;
  }).join("");
}

/** What of the drawing is seen: moved by dragging, zoomed around a point. */
class GraphView {
  constructor(svg, bounds) {
    this.svg = svg;
    this.bounds = bounds;
    this.listen();
  }
  get size() {
    return { width: this.svg.clientWidth || 1100, height: this.svg.clientHeight || 560 };
  }
  look(x, y, scale) {
    Object.assign(this, { x, y, scale: Math.min(Math.max(scale, 0.01), 4) });
    const { width, height } = this.size;
    this.svg.setAttribute("viewBox", [x - width / 2 / this.scale, y - height / 2 / this.scale, width / this.scale, height / this.scale].map((n) => n.toFixed(2)).join(" "));
  }
  fit() {
    const { width, height } = this.size, { left, right, top, bottom } = this.bounds;
    this.look((left + right) / 2, (top + bottom) / 2, Math.min(width / (right - left), height / (bottom - top), 1));
  }
  /** The beginning, as large as can be read, unless all of it can. */
  begin() {
    const { width, height } = this.size, { left, right, top, bottom } = this.bounds;
    const scale = Math.min(width / (right - left), 1);
    if (height / (bottom - top) >= 0.6) return this.fit();
    const readable = Math.max(scale, 0.6);
    this.look((left + right) / 2, top + height / 2 / readable, readable);
  }
  zoom(factor, px, py) {
    const { width, height } = this.size;
    const dx = ((px ?? width / 2) - width / 2) / this.scale, dy = ((py ?? height / 2) - height / 2) / this.scale;
    const scale = Math.min(Math.max(this.scale * factor, 0.01), 4), kept = this.scale / scale;
    this.look(this.x + dx * (1 - kept), this.y + dy * (1 - kept), scale);
  }
  move(dx, dy) {
    this.look(this.x - dx / this.scale, this.y - dy / this.scale, this.scale);
  }
  listen() {
    const { svg } = this;
    let last = null, dragged = false;
    svg.addEventListener("pointerdown", (event) => {
      last = [event.clientX, event.clientY];
      dragged = false;
    });
    svg.addEventListener("pointermove", (event) => {
      if (!last) return;
      const [dx, dy] = [event.clientX - last[0], event.clientY - last[1]];
      if (!dragged && Math.hypot(dx, dy) < 4) return;
      if (!dragged) svg.setPointerCapture(event.pointerId);
      dragged = true;
      this.move(dx, dy);
      last = [event.clientX, event.clientY];
    });
    for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => (last = null));
    svg.addEventListener("click", (event) => dragged && event.stopPropagation(), true);
    // The page scrolls by the wheel alone.
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = svg.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    svg.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
      if (steps[event.key]) this.move(...steps[event.key]);
      else if (event.key === "+" || event.key === "=") this.zoom(1.3);
      else if (event.key === "-") this.zoom(1 / 1.3);
      else if (event.key === "0") this.fit();
      else return;
      event.preventDefault();
    });
  }
}

/** Around all points, with room for the nodes. */
function boundsOf(points) {
  const margin = nodeWidth / 2 + 20, bounds = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    bounds.left = Math.min(bounds.left, x - margin);
    bounds.right = Math.max(bounds.right, x + margin);
    bounds.top = Math.min(bounds.top, y - 40);
    bounds.bottom = Math.max(bounds.bottom, y + 40);
  }
  return bounds;
}

function graphPart(report) {
  const { nodes, edges } = graphOf(report);
  const { nodes: places, routes } = layoutGraph(nodes.length, edges, nodeWidth, rankHeight);
  const paths = routes.map((route) => drawn("path", { class: "edge", d: edgePath(route) }));
  const drawings = nodes.map((node, i) => nodeDrawing(node, places[i]));
  const svg = drawn("svg", { class: "graph", tabindex: 0, role: "group", "aria-label": "The graph of layers; arrow keys move it, plus and minus zoom it" }, paths, drawings);
  const view = new GraphView(svg, boundsOf([...places, ...routes.flat()]));
  const inputs = report.inputs.length;
  chosen.listeners.push((index) => {
    drawings.forEach((drawing, i) => drawing.classList.toggle("chosen", index !== null && i === inputs + index));
    paths.forEach((path, i) => path.classList.toggle("chosen", index !== null && edges[i].includes(inputs + index)));
  });
  const goTo = (index) => view.look(places[inputs + index].x, places[inputs + index].y, Math.max(view.scale, 0.8));
  const worst = worstLayers(report, 1)[0];
  const button = (id, text, press) => element("button", { type: "button", id, click: press }, text);
  requestAnimationFrame(() => view.begin());
  addEventListener("beforeprint", () => view.fit());
  addEventListener("afterprint", () => view.begin());
  const tooMany = nodes.length > 60;
  if (tooMany) svg.classList.add("screen");
  return part("graph", "The graph",
    element("p", { class: "note screen" }, "Drag to move, Ctrl and the wheel to zoom; a press on a layer shows all of it."),
    tooMany ? element("p", { class: "note on-paper" }, plural(nodes.length, "node") + " are too many for paper: see the page on a screen.") : null,
    element("div", { class: "filters controls" }, button("zoom-in", "+", () => view.zoom(1.3)), button("zoom-out", "\u2212", () => view.zoom(1 / 1.3)),
      button("zoom-fit", "all of it", () => view.fit()), button("zoom-begin", "the beginning", () => view.begin()),
      worst ? button("zoom-worst", "the worst layer", () => { goTo(worst.index); choose(worst.index); }) : null,
      button("zoom-chosen", "the chosen layer", () => chosen.index !== null && goTo(chosen.index))),
    svg, tooMany ? element("div", { class: "screen" }, gradeLegend()) : gradeLegend());
}
