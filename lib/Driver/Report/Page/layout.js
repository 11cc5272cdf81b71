// Where the nodes of a graph stand: in ranks from top to bottom, with few crossings.

/** The rank of each node is one more than the largest of what it reads; sources stand right above their first reader. */
function ranksOf(count, edges) {
  const ranks = new Array(count).fill(0), inputs = Array.from({ length: count }, () => []), outputs = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) {
    inputs[to].push(from);
    outputs[from].push(to);
  }
  // Nodes come in the order in which they run.
  for (let i = 0; i < count; ++i) for (const from of inputs[i]) ranks[i] = Math.max(ranks[i], ranks[from] + 1);
  for (let i = 0; i < count; ++i)
    if (!inputs[i].length && outputs[i].length) ranks[i] = Math.min(...outputs[i].map((to) => ranks[to])) - 1;
  const least = Math.min(...ranks, 0);
  return ranks.map((rank) => rank - least);
}

/** Positions with at least `gaps` between neighbours, as near to the wanted ones as may be: isotonic regression, by pooling what is out of order. */
function spread(wanted, gaps) {
  const offsets = [];
  let sum = 0;
  wanted.forEach((_, i) => offsets.push((sum += i ? gaps[i - 1] : 0)));
  const pools = [];
  wanted.forEach((value, i) => {
    pools.push({ mean: value - offsets[i], size: 1 });
    while (pools.length > 1 && pools.at(-2).mean > pools.at(-1).mean) {
      const last = pools.pop(), before = pools.at(-1);
      before.mean = (before.mean * before.size + last.mean * last.size) / (before.size + last.size);
      before.size += last.size;
    }
  });
  return pools.flatMap((pool) => new Array(pool.size).fill(pool.mean)).map((mean, i) => mean + offsets[i]);
}

const mean = (list, otherwise) => (list.length ? list.reduce((a, b) => a + b, 0) / list.length : otherwise);

/**
 * Nodes are 0 .. count - 1, in an order in which edges [from, to] lead onwards. Returns {x, y} of each, and of each edge the points that it
 * goes through: one in each rank that it passes.
 */
function layoutGraph(count, edges, width, height) {
  const ranks = ranksOf(count, edges), items = [];
  for (let i = 0; i < count; ++i) items.push({ rank: ranks[i], width, above: [], below: [] });
  const routes = edges.map(([from, to]) => {
    const route = [from];
    for (let rank = ranks[from] + 1; rank < ranks[to]; ++rank) route.push(items.push({ rank, width: 14, above: [], below: [] }) - 1);
    route.push(to);
    for (let i = 1; i < route.length; ++i) {
      items[route[i - 1]].below.push(route[i]);
      items[route[i]].above.push(route[i - 1]);
    }
    return route;
  });
  const rows = [];
  items.forEach((item, i) => (rows[item.rank] = rows[item.rank] || []).push(i));
  for (let i = 0; i < rows.length; ++i) rows[i] = rows[i] || [];
  const place = () => rows.forEach((row) => row.forEach((i, at) => (items[i].at = at)));
  place();
  for (let sweep = 0; sweep < 12; ++sweep) {
    const downwards = sweep % 2 === 0;
    for (const row of downwards ? rows : [...rows].reverse()) {
      for (const i of row) items[i].key = mean(items[i][downwards ? "above" : "below"].map((other) => items[other].at), items[i].at);
      row.sort((a, b) => items[a].key - items[b].key || items[a].at - items[b].at);
      row.forEach((i, at) => (items[i].at = at));
    }
  }
  for (const row of rows) row.forEach((i, at) => (items[i].x = at * width));
  for (let sweep = 0; sweep < 10; ++sweep) {
    const sides = sweep % 2 === 0 ? ["above", "below"] : ["below", "above"];
    for (const row of sweep % 2 === 0 ? rows : [...rows].reverse()) {
      const wanted = row.map((i) => mean((items[i][sides[0]].length ? items[i][sides[0]] : items[i][sides[1]]).map((other) => items[other].x), items[i].x));
      const gaps = row.slice(1).map((i, at) => (items[i].width + items[row[at]].width) / 2 + 16);
      spread(wanted, gaps).forEach((x, at) => (items[row[at]].x = x));
    }
  }
  const point = (i) => ({ x: items[i].x, y: items[i].rank * height });
  return { nodes: items.slice(0, count).map((_, i) => point(i)), routes: routes.map((route) => route.map(point)) };
}
