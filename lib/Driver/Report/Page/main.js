// Puts the page together.

function headOf(report) {
  const programs = report.programs || [report], first = programs[0];
  const made = [first.model ? "made of " + shown(first.model) : null, first.samples ? `on ${plural(first.samples, "sample")} of ${shown(first.data)}` : null,
    [...new Set(programs.map((program) => program.target))].filter(Boolean).map((target) => `for '${shown(target)}'`).join(" and "), first.producer ? "by " + shown(first.producer) : null];
  const title = report.programs ? programs.map((program, i) => "AB"[i] + ": " + shown(program.program)).join(", ") : first.program;
  return [element("h1", {}, title), element("p", { class: "muted" }, made.filter(Boolean).join(", "))];
}

function partsOf(report) {
  for (const program of report.programs || [report]) program.layers.forEach((layer, index) => (layer.index = index));
  if (report.programs) return diffParts(report);
  return [verdictPart(report.verdict, tiles(figuresOf(report))), findingsPart(report), alongPart(report), worstPart(report), accuracyPart(report), layersPart(report),
    graphPart(report), memoryPart(report), costPart(report), portsPart(report), repairsPart(report)];
}

function start() {
  const report = JSON.parse(document.getElementById("report").textContent);
  const parts = partsOf(report).filter(Boolean);
  const links = element("nav", { "aria-label": "Parts of this page" }, parts.map((each) => element("a", { href: "#" + each.id }, each.querySelector("h2").textContent)));
  document.getElementById("head").append(...headOf(report), links);
  document.getElementById("main").append(...parts);
  if (!report.programs) detailPanel(report, document.getElementById("detail"));
}

document.addEventListener("DOMContentLoaded", start);
