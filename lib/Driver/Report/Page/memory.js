// The arena over time: what lies where, from which layer to which.

/** The layer of the program at which most bytes are alive, and how many. */
function peakOf(blocks, steps) {
  const changes = new Array(steps + 3).fill(0);
  for (const block of blocks) {
    changes[block.begin + 1] += block.bytes;
    changes[block.end + 2] -= block.bytes;
  }
  let alive = 0;
  const peak = { step: 0, bytes: 0 };
  changes.forEach((change, i) => {
    alive += change;
    if (alive > peak.bytes) Object.assign(peak, { step: i - 1, bytes: alive });
  });
  return peak;
}

function memoryChart(report, steps) {
  const { blocks, arena_bytes: arena } = report.memory;
  const [width, height, left, right, top, bottom] = [1180, 300, 60, 12, 8, 22];
  const x = (step) => left + ((step + 1) / (steps + 2)) * (width - left - right), y = (offset) => height - bottom - (offset / Math.max(arena, 1)) * (height - top - bottom);
  const layerAt = (step) => report.layers.find((layer) => layer.step === step);
  const rects = [];
  const drawings = blocks.map((block, i) => {
    const writer = layerAt(block.begin), label = block.begin < 0 ? "the start" : writer.label;
    const end = block.end >= steps ? "the end" : layerAt(block.end).label;
    const rect = drawn("rect", { class: "block " + (i % 2 ? "odd" : "even"), x: x(block.begin).toFixed(1), width: Math.max(x(block.end + 1) - x(block.begin), 1).toFixed(1),
      y: y(block.offset + block.bytes).toFixed(1), height: Math.max(y(block.offset) - y(block.offset + block.bytes), 1).toFixed(1), click: writer ? () => choose(writer.index) : null },
      drawn("title", {}, `${shown(block.name)}: ${bytes(block.bytes)} at ${block.offset}, from ${shown(label)} to ${shown(end)}`));
    if (writer) rects.push([writer.index, rect]);
    return rect;
  });
  markChosen(rects);
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => [drawn("line", { class: "axis", x1: left, x2: width - right, y1: y(share * arena), y2: y(share * arena) }),
    drawn("text", { x: left - 6, y: y(share * arena) + 4, "text-anchor": "end" }, bytes(Math.round(share * arena)))]);
  return drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "What lies in the arena, layer by layer" }, marks, drawings,
    drawn("text", { x: left, y: height - 5 }, "first layer"), drawn("text", { x: width - right, y: height - 5, "text-anchor": "end" }, "last layer"));
}

function memoryPart(report) {
  const { arena_bytes: arena, arena_lower_bound: bound, constant_bytes: constants, blocks } = report.memory;
  const steps = Math.max(...report.layers.map((layer) => layer.step), 0) + 1;
  const peak = peakOf(blocks, steps), layer = report.layers.find((each) => each.step === peak.step);
  const words = `${bytes(arena)} of arena, ` + (arena > bound ? `of which ${bytes(bound)} are the lower bound` : "the least that there can be") + `; ${bytes(constants)} of constants.`;
  return part("memory", "Memory over time", element("p", {}, words, layer ? [" Most is alive at ", layerButton(layer.index, layer.label), `: ${bytes(peak.bytes)}.`] : ""),
    element("p", { class: "note" }, "Left to right the layers as they run, bottom to top the addresses. A block is a result, from the layer that writes it to the last that reads it."),
    element("div", { class: "scroll" }, memoryChart(report, steps)));
}
