// What the agent costs the server: pairs of rounds with and without it. Part of npm run sweep:agent.

import { join } from "node:path";
import { get, loadAll, memoryOf, pause, scratch, serve } from "./lib-agent-load.mjs";

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

/** Clients ask both servers by turns. @returns of each latency in ns, and its processor time a request */
async function round(binary, servers, requests, rate) {
  const used = () => Promise.all(servers.map((server) => server.ask("/usage")));
  const before = await used();
  const results = await loadAll(binary, servers, requests, rate);
  const after = await used();
  return results.map(({ p50_ns, p99_ns, bad }, i) => {
    return { p50: p50_ns, p99: p99_ns, cpu: (after[i].cpu_ns - before[i].cpu_ns) / requests, bad };
  });
}

/** Ten clients that ask for traces all the time, until `stop`. @returns how many traces they got */
function hammer(server) {
  const result = { traces: 0, stopped: false };
  const client = async () => {
    while (!result.stopped) {
      const { status, whole } = await get(server.agent, "/debug/gotrace/trace?seconds=2");
      if (status === 200 && whole) result.traces++;
      else await pause(200);
    }
  };
  const all = Promise.all(Array.from({ length: 10 }, client));
  result.stop = () => {
    result.stopped = true;
    return all;
  };
  return result;
}

/**
 * Compares a server with the agent to one without. Both run at the same time, and requests go to them by turns, so that the
 * machine disturbs them alike. The ratio of a measure holds unless its whole interval is above 1 + `within`. `quick` lets
 * captures follow each other at once.
 */
export async function cost(check, binary, quick, { rounds, requests, rate, within }) {
  const recorder = ["-flight", String(16 << 20), "-dir", join(scratch, "cost")];
  // Go's tracer takes what it takes: a fixed time for each event.
  const tracer = 0.15;
  for (const [name, program, flags, processor, hammered] of [
    ["agent, nothing else", binary, [], within, false],
    ["agent, sentinel, requests, recorder", binary, ["-watch", ...recorder], tracer, false],
    ["agent, ten clients that capture", quick, [], tracer, true],
  ]) {
    const servers = [await serve(program), await serve(program, ["-agent", ...flags])];
    const results = [];
    await round(program, servers, 300, rate);
    const clients = hammered ? hammer(servers[1]) : undefined;
    for (let i = 0; i < rounds; i++) results.push(await round(program, servers, requests, rate));
    for (const [key, what, most] of [
      ["p50", "latency, p50", within],
      ["p99", "latency, p99", within],
      ["cpu", "processor time", processor],
    ]) {
      const ratios = results.map(([without, having]) => having[key] / without[key]);
      const [low, high] = interval(ratios);
      const plain = median(results.map(([without]) => without[key])) / 1e6;
      const figures = `×${median(ratios).toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}) of ${plain.toFixed(3)} ms`;
      check(`${name}: ${what} within ${most * 100} %`, low <= 1 + most, figures);
    }
    const [plain, having] = servers.map(({ pid }) => memoryOf(pid));
    const lost = results.flat().reduce((sum, { bad }) => sum + bad, 0);
    check(`${name}: no request lost`, lost === 0, `${2 * rounds * requests} requests`);
    console.log(`        own memory ${having.toFixed(0)} MB against ${plain.toFixed(0)} MB`);
    if (clients) {
      await clients.stop();
      check(`${name}: they got traces`, clients.traces > rounds / 2, `${clients.traces} traces of 2 s`);
    }
    for (const server of servers) await server.stop();
  }
}
