// Tables that sort by a press of a column's head, and filter.

/** What is compared: numbers before texts, nothing last whatever the direction. */
function compareCells(a, b, descending) {
  const missing = (value) => value === null || value === undefined || value === "";
  if (missing(a) || missing(b)) return missing(a) - missing(b);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en");
  return descending ? -order : order;
}

/**
 * columns: {title, hint, value(item), text(item), cell(item), class(item), number}: `value` is what is sorted by, `text` or `cell` what is
 * shown; all but one may be left out. Columns of which no item has anything are left out.
 */
function sortableTable(caption, columns, items, rowOf) {
  const textOf = (column, item) => (column.text ? column.text(item) : column.value(item));
  const used = columns.filter((column) => column.cell || items.some((item) => ![null, undefined, ""].includes(textOf(column, item))));
  const rows = items.map((item) => {
    const row = element("tr", {}, used.map((column) =>
      element("td", { class: [column.number ? "number" : "", column.class ? column.class(item) : ""].join(" ").trim() || null },
        column.cell ? column.cell(item) : textOf(column, item))));
    if (rowOf) rowOf(row, item);
    return { row, item };
  });
  const body = element("tbody", {}, rows.map((each) => each.row));
  const heads = used.map((column) => {
    const head = element("th", { scope: "col", class: column.number ? "number" : null, title: column.hint || null });
    head.append(element("button", { type: "button", click: () => sortBy(column, head) }, column.title));
    return head;
  });
  function sortBy(column, head) {
    const descending = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    rows.sort((a, b) => compareCells(column.value(a.item), column.value(b.item), descending));
    body.append(...rows.map((each) => each.row));
  }
  const table = element("table", { "aria-label": caption }, element("thead", {}, element("tr", {}, heads)), body);
  return { table, show: (fits) => rows.filter((each) => (each.row.hidden = !fits(each.item)) === false).length };
}

/** A table of few rows, as they are. */
function plainTable(caption, columns, items) {
  const table = sortableTable(caption, columns, items).table;
  for (const button of table.querySelectorAll("th button")) button.replaceWith(button.textContent);
  return element("div", { class: "scroll" }, table);
}
