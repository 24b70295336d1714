/** A server that speaks as gotrace's agent does, with recorded traces, for tests of the command's side. The real one is tried in test/e2e. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What it has; tests change it while it runs. */
export interface FakeAgent {
  /** `127.0.0.1:port`. */
  readonly address: string;
  readonly server: Server;
  /** Its snapshots by name. */
  readonly snapshots: Map<string, Uint8Array>;
  /** Method, path with query, and authorization of the requests so far. */
  readonly requests: { readonly url: string; readonly authorization: string | undefined }[];
  state: Record<string, unknown>;
  /** Answers instead of the agent; false to let it answer. */
  first: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export async function fakeAgent(): Promise<FakeAgent> {
  const snapshots = new Map<string, Uint8Array>();
  const requests: FakeAgent["requests"] = [];
  const server = createServer((request, response) => {
    const url = request.url!;
    requests.push({ url, authorization: request.headers.authorization });
    if (agent.first(request, response)) return;
    const { pathname, searchParams } = new URL(url, "http://x");
    const name = /^\/debug\/gotrace\/snapshots\/(.+)$/.exec(pathname)?.[1];
    const file = name === undefined ? undefined : snapshots.get(decodeURIComponent(name));
    if (pathname === "/debug/gotrace/") response.end(JSON.stringify(agent.state));
    else if (file) response.end(file);
    else if (pathname === "/debug/gotrace/snapshots") {
      const after = searchParams.get("after") ?? "";
      const list = [...snapshots].filter(([one]) => one > after).sort(([a], [b]) => (a < b ? -1 : 1));
      response.end(
        JSON.stringify(list.map(([one, { length }]) => ({ name: one, bytes: length, time: TIME, reason: "gc.pause" }))),
      );
    } else response.writeHead(404).end("404 page not found\n");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const agent: FakeAgent = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    snapshots,
    requests,
    state: STATE,
    first: () => false,
  };
  return agent;
}

const TIME = "2026-11-29T14:32:05.123456789Z";

const STATE = {
  agent: 1,
  go: "go1.24.2",
  module: "example.com/shop",
  version: "3f2a9c1",
  pid: 4711,
  started: "2026-11-29T12:30:00Z",
  serves: ["trace", "snapshots", "pprof"],
  why_not: { flight: "needs Go 1.25", calls: "not built with \u001b[31mgotrace build" },
  capture: { running: false, next: "2026-11-29T14:35:43Z" },
  snapshots: { dir: "/var/trace", count: 12, bytes: 1_500_000 },
  sentinel: { on: true, last: { time: TIME, reason: "gc.pause" } },
};
