// Inputs and outputs as whoever runs the program sees them.

function meaning(port) {
  if (!port.scale) return "";
  const zero = port.zero_point[0];
  const difference = zero === 0 ? "q" : zero < 0 ? `(q + ${-zero})` : `(q \u2212 ${zero})`;
  return port.scale[0] === port.scale[1] ? `real = ${number(port.scale[0], 6)} \u00b7 ${difference}` : `real = scale[channel] \u00b7 ${difference}`;
}

function portTable(title, ports) {
  return plainTable(title, [
    { title, value: (port) => port.name },
    { title: "type", value: (port) => port.type },
    { title: "shape", value: (port) => shapeText(port.shape) },
    { title: "layout", value: (port) => port.layout },
    { title: "scale", value: (port) => ends(port.scale, 6) },
    { title: "zero point", number: true, value: (port) => ends(port.zero_point) },
    { title: "its integers mean", value: meaning },
    { title: "the host does", value: (port) => port.host_steps.join(", ") },
  ], ports);
}

function portsPart(report) {
  return part("ports", "Inputs and outputs", element("p", { class: "note" }, "What the program takes and gives, as firmware sees it. Where a type is real, the program quantizes or dequantizes itself, on the grid that stands beside it."),
    portTable("input", report.inputs), element("div", { class: "gap" }), portTable("output", report.outputs));
}
