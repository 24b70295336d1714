// What the agent costs the server: pairs of rounds with and without it. Part of npm run sweep:agent.

import { join } from "node:path";
import { load, scratch, serve } from "./lib-agent-load.mjs";

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * An interval for the median of ratios, with a confidence of about 95 %: two of them in order of size, by the sign test
 * (Hollander & Wolfe, Nonparametric Statistical Methods, section 3.6).
 */
function interval(ratios) {
  const sorted = ratios.toSorted((a, b) => a - b);
  const n = sorted.length;
  const rank = Math.max(0, Math.floor((n - 1.96 * Math.sqrt(n)) / 2));
  return [sorted[rank], sorted[n - 1 - rank]];
}

/** One round: latency, and processor time of the server a request. */
async function round(binary, server, requests, rate) {
  const before = await server.ask("/usage");
  const { p50_ns, p99_ns, bad } = await load(binary, server, requests, rate);
  const after = await server.ask("/usage");
  return { p50: p50_ns, p99: p99_ns, cpu: (after.cpu_ns - before.cpu_ns) / requests, bad };
}

/**
 * Compares a server with the agent to one without, in alternating rounds. The ratio of a measure holds unless its whole
 * interval is above 1 + `within`: then the machine's noise does not explain it.
 */
export async function cost(check, binary, { rounds, requests, rate, within }) {
  const off = await serve(binary);
  const settings = [
    ["agent idle", ["-agent"]],
    [
      "sentinel, requests, flight recorder",
      ["-agent", "-watch", "-flight", String(16 << 20), "-dir", join(scratch, "cost")],
    ],
  ];
  for (const [name, flags] of settings) {
    const on = await serve(binary, flags);
    const ratios = { p50: [], p99: [], cpu: [] };
    const plain = { p50: [], p99: [], cpu: [] };
    let bad = 0;
    await round(binary, off, 300, rate);
    await round(binary, on, 300, rate);
    for (let i = 0; i < rounds; i++) {
      const order = i % 2 ? [on, off] : [off, on];
      const results = new Map();
      for (const server of order) results.set(server, await round(binary, server, requests, rate));
      const [without, having] = [results.get(off), results.get(on)];
      bad += without.bad + having.bad;
      for (const key of Object.keys(ratios)) {
        ratios[key].push(having[key] / without[key]);
        plain[key].push(without[key]);
      }
    }
    for (const [key, unit] of [
      ["p50", "latency p50"],
      ["p99", "latency p99"],
      ["cpu", "processor time a request"],
    ]) {
      const [low, high] = interval(ratios[key]);
      const figures = `×${median(ratios[key]).toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}) of ${(median(plain[key]) / 1e6).toFixed(2)} ms`;
      check(`${name}: ${unit} within ${within * 100} %`, low <= 1 + within, figures);
    }
    check(`${name}: no request lost`, bad === 0, `${2 * rounds * requests} requests`);
    await on.stop();
  }
  await off.stop();
}
