/** Captures end whatever the server does, and send credentials to no other server. The servers are Node's own. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { type DownloadOptions, download } from "../../src/cli/capture/download.js";
import { captureTarget } from "../../src/cli/capture/target.js";
import { bytesOf } from "../analyses/traces.js";

const directory = mkdtempSync(join(tmpdir(), "gotrace-capture-"));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(directory, { recursive: true, force: true });
});

const trace = bytesOf("go1.26-one-proc");

/** @returns `127.0.0.1:port` */
async function serve(listener: RequestListener, server: Server = createServer(listener)): Promise<string> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let files = 0;
async function fetched(address: string, options: Partial<DownloadOptions> = {}) {
  const path = join(directory, `${++files}.trace`);
  const result = await download(captureTarget(address, undefined), path, {
    ...{ headers: {}, authorities: undefined, insecure: false, maxBytes: 1 << 30 },
    ...{ signal: new AbortController().signal, onBytes: () => undefined },
    ...options,
  }).catch((error: unknown) => {
    if (error instanceof UserError) return error;
    throw error;
  });
  return { result, file: existsSync(path) ? readFileSync(path) : undefined };
}

/** Sends single bytes until the other side disconnects. */
const drip =
  (status: number, start: Uint8Array): RequestListener =>
  (_, response) => {
    response.writeHead(status);
    response.write(start);
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  };

// The timeout also depends on the seconds in the URL; these have none.
const margin = 2000;

test.concurrent("a server that never ends: what came stays, cut off by time", async () => {
  const { result, file } = await fetched(`http://${await serve(drip(200, trace.subarray(0, 5000)))}/t`, { margin });
  expect(result).toMatchObject({ cut: "time" });
  expect(file!.subarray(0, 5000)).toEqual(Buffer.from(trace.subarray(0, 5000)));
});

test.concurrent("a server that drips what may become a trace, and one that answers nothing", async () => {
  const silent = fetched(`http://${await serve(() => undefined)}/t`, { margin });
  const slow = await fetched(
    `http://${await serve((_, response) => {
      response.write("go 1");
    })}/t`,
    { margin },
  );
  for (const { result, file } of [slow, await silent]) {
    expect((result as UserError).message).toMatch(/^127\.0\.0\.1:\d+ sent no trace within 2s$/);
    expect(file).toBeUndefined();
  }
});

test.concurrent("an error whose body drips is told with what came soon", async () => {
  const { result } = await fetched(`http://${await serve(drip(500, Buffer.from("no\x1b[31m room\n")))}/t`);
  expect((result as UserError).message).toMatch(/answered 500: no�\[31m room$/);
});

test.concurrent("a server that is too fast: the largest size, exactly", async () => {
  const endless: RequestListener = (_, response) => {
    response.write(trace);
    const more = () => {
      while (response.write(Buffer.alloc(1 << 16)));
      response.once("drain", more);
    };
    more();
  };
  const { result, file } = await fetched(`http://${await serve(endless)}/t`, { maxBytes: 1_500_000 });
  expect(result).toEqual({ bytes: 1_500_000, cut: "size" });
  expect(file!.length).toBe(1_500_000);
});

test.concurrent("compressed bodies are unpacked, said to be compressed or not; a bomb ends at the largest size", async () => {
  const packed = gzipSync(trace);
  for (const headers of [{ "content-encoding": "gzip" }, {}] as const) {
    const address = await serve((_, response) => response.writeHead(200, headers).end(packed));
    const { result, file } = await fetched(`http://${address}/t`);
    expect(result).toEqual({ bytes: trace.length });
    expect(file!.equals(trace)).toBe(true);
  }
  const half = await fetched(`http://${await serve((_, response) => response.end(packed.subarray(0, 3000)))}/t`);
  expect(half.result).toMatchObject({ cut: "server" });
  const bomb = gzipSync(Buffer.concat([trace, Buffer.alloc(1 << 24)]));
  const large = await fetched(`http://${await serve((_, response) => response.end(bomb))}/t`, { maxBytes: 1 << 20 });
  expect(large.result).toEqual({ bytes: 1 << 20, cut: "size" });
  const profile = await fetched(`http://${await serve((_, response) => response.end(gzipSync("x".repeat(99))))}/t`);
  expect((profile.result as UserError).message).toContain("sent a compressed profile or file");
});

test.concurrent("what was withheld from another host is not sent when that host redirects back", async () => {
  const seen: string[] = [];
  const note = (name: string, headers: NodeJS.Dict<string | string[]>) =>
    seen.push(`${name}: ${headers.authorization ?? "-"} ${headers["x-token"] ?? "-"}`);
  let own = "";
  const other = await serve((request, response) => {
    note("other", request.headers);
    response.writeHead(302, { location: `http://${own}/back` }).end();
  });
  own = await serve((request, response) => {
    note(request.url!, request.headers);
    if (request.url === "/t") response.writeHead(302, { location: "/here" }).end();
    else if (request.url === "/here") response.writeHead(302, { location: `http://${other}/` }).end();
    else response.end(trace);
  });
  const { result } = await fetched(`http://me:secret@${own}/t`, { headers: { "x-token": "T" } });
  expect(result).toEqual({ bytes: trace.length });
  const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;
  expect(seen).toEqual([`/t: ${basic} T`, `/here: ${basic} T`, "other: - -", "/back: - -"]);
});

test.concurrent("a server on a Unix socket, with the usual path or another", async () => {
  const path = join(directory, "app.sock");
  const urls: string[] = [];
  const server = createServer((request, response) => {
    urls.push(request.url!);
    if (request.url === "/moved") response.writeHead(302, { location: "/flight" }).end();
    else response.end(trace);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(path, done));
  for (const address of [`unix://${path}`, `unix:${path}:/moved`]) {
    expect((await fetched(address)).result).toEqual({ bytes: trace.length });
  }
  expect(urls).toEqual(["/debug/pprof/trace?seconds=5", "/moved", "/flight"]);
  expect(captureTarget(`unix://${path}`, undefined).server).toBe(path);
  const missing = await fetched(`unix://${directory}/none.sock`);
  expect((missing.result as UserError).message).toBe(`nothing listens at ${directory}/none.sock`);
  expect(() => captureTarget("unix://app.sock", undefined)).toThrow("not a Unix socket");
});

test.concurrent("certificates: an authority's of one's own, or any", async () => {
  const root = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  const source = readFileSync(join(root, "src/net/http/internal/testcert/testcert.go"), "utf8");
  const pem = [
    ...source.replaceAll("TESTING KEY", "PRIVATE KEY").matchAll(/-----BEGIN [\s\S]+?-----END [A-Z ]+-----/g),
  ];
  const [cert, key] = pem.map(([text]) => text);
  const listener: RequestListener = (_, response) => response.end(trace);
  const address = await serve(listener, createTlsServer({ cert, key }, listener));
  const refused = await fetched(`https://${address}/t`);
  expect((refused.result as UserError).message).toContain("is not trusted");
  expect((refused.result as UserError).advice).toContain("--cacert");
  expect((await fetched(`https://${address}/t`, { authorities: [cert] })).result).toEqual({ bytes: trace.length });
  expect((await fetched(`https://${address}/t`, { insecure: true })).result).toEqual({ bytes: trace.length });
});

test.skipIf(process.platform !== "linux").concurrent("a full disk is said, with the file", async () => {
  const address = await serve((_, response) => response.end(trace));
  const options = { headers: {}, authorities: undefined, insecure: false, maxBytes: 1e9, onBytes: () => undefined };
  const { signal } = new AbortController();
  const got = download(captureTarget(`http://${address}/t`, undefined), "/dev/full", { ...options, signal });
  await expect(got).rejects.toThrow("cannot write to /dev/full: no space left on the disk");
});
