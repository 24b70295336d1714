/** Serves the metrics of followed processes to Prometheus, on this machine only. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { Metrics } from "../../export/prometheus.js";
import { say } from "../say.js";
import type { Windows } from "./windows.js";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Where to serve metrics. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Parses `PORT` or `HOST:PORT`. @throws UserError for anything else, and for hosts that are not this machine */
export function loopbackAddress(text: string): Address {
  const [, host = "127.0.0.1", port] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65535) {
    throw new UserError(
      `--metrics: ${JSON.stringify(text)} is not an address`,
      "use PORT, or 127.0.0.1:PORT",
      ExitCode.usage,
    );
  }
  if (!LOOPBACK.has(host)) {
    throw new UserError(
      `--metrics: ${host} is not this machine, and the metrics have no protection`,
      "serve on 127.0.0.1, and put a proxy with authentication before it",
      ExitCode.usage,
    );
  }
  return { host: host === "[::1]" ? "::1" : host, port: Number(port) };
}

/** Serves the metrics of the windows, also of processes that start later. @throws UserError if the address cannot be used */
export async function serveUntil(over: AbortSignal, windows: Windows, address: Address): Promise<void> {
  const metrics = new Metrics();
  const { server, url } = await serveMetrics(address, () => metrics.text());
  say(`metrics: ${url}`);
  while (!over.aborted) {
    await sleep(windows.left, undefined, { signal: over }).catch(() => undefined);
    metrics.add(windows.next());
  }
  server.close();
  server.closeAllConnections();
}

/** Serves `text` at `/metrics`. @returns the server and its URL @throws UserError if the address cannot be used */
async function serveMetrics(
  { host, port }: Address,
  text: () => string,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(({ method, url, headers }, response) => {
    // A page of another site could reach this machine by a name of its own.
    const name = headers.host?.replace(/:\d+$/, "") ?? "";
    if (!LOOPBACK.has(name)) response.writeHead(403).end();
    else if (method !== "GET" || url?.split("?")[0] !== "/metrics") response.writeHead(404).end();
    else response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve).once("error", (error) => {
      const advice = "name another port; 0 takes a free one";
      reject(
        new UserError(`--metrics: cannot listen on ${host}:${port}: ${messageOf(error)}`, advice, ExitCode.unavailable),
      );
    });
    server.listen(port, host);
  });
  const { port: bound } = server.address() as AddressInfo;
  return { server, url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}/metrics` };
}
