/** Adds up what was counted in the shares of a trace. */
import { grown } from "../../base/columns.js";
import { joinDurations } from "../packed-durations.js";
import type { Counts } from "../replay/count.js";

const ENDINGS = ["panics", "goexits", "running", "recovered", "earlier"] as const;

/** Adds what was counted in a share to what was counted in another one, which has other slots. */
export function addShare(whole: Counts, share: Counts): Counts {
  const { nodes, edges, attachments } = whole;
  const from = share.nodes;
  const numbers = share.edges.list.map(({ kind, goStatement, test }) => edges.number(kind, goStatement, test));
  const own = new Int32Array(from.count);
  nodes.reserve(from.count);
  // A node is younger than its parent.
  for (let node = 1; node < from.count; node++)
    own[node] = nodes.child(own[from.parent[node]], from.func[node], numbers[from.edge[node]]);
  nodes.hasOtherIds ||= from.hasOtherIds;
  const goroutines = grown(whole.stacks.goroutines, nodes.count);
  const goids = grown(whole.stacks.goids, nodes.count, -1);
  for (let node = 0; node < from.count; node++) {
    const to = own[node];
    for (const column of ["calls", "total", "self", "displaced"] as const) nodes[column][to] += from[column][node];
    nodes.first[to] = Math.min(nodes.first[to], from.first[node]);
    nodes.last[to] = Math.max(nodes.last[to], from.last[node]);
    goroutines[to] += share.stacks.goroutines[node];
    goids[to] = Math.max(goids[to], share.stacks.goids[node]);
  }
  for (const kind of ENDINGS) {
    const counts = whole.stacks.endings[kind];
    for (const [node, count] of share.stacks.endings[kind]) counts.set(own[node], (counts.get(own[node]) ?? 0) + count);
  }
  attachments.addAll(share.attachments, own, numbers);
  const { durations, ...counts } = whole;
  const joined = durations && share.durations && joinDurations(durations, share.durations);
  const { call, goroutine, window } = share.stacks.filtered;
  const { filtered } = whole.stacks;
  return {
    ...counts,
    ...(joined === undefined ? {} : { durations: joined }),
    stacks: {
      ...whole.stacks,
      goroutines,
      goids,
      stray: whole.stacks.stray + share.stacks.stray,
      filtered: {
        call: filtered.call + call,
        goroutine: filtered.goroutine + goroutine,
        window: filtered.window + window,
      },
    },
  };
}
