import { request as ask, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { type ServerOptions, ViewServer } from "../../src/cli/view/server.js";

const servers: ViewServer[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) server.close();
});

/** The server's time moves only by `vi.advanceTimersByTime`; connections work as usual. */
const holdTime = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });

async function start(options: Partial<ServerOptions> = {}): Promise<ViewServer> {
  const files = new Map([
    ["", { type: "text/html", body: () => ["<p>page"] }],
    ["profile.json", { type: "application/json", body: () => ["[1,", Buffer.from("2]")] }],
  ]);
  const server = await ViewServer.start({ files, grace: 100, patience: 60_000, ...options });
  servers.push(server);
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** A request whose path is sent unchanged. */
function get(server: ViewServer, path: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
  const { method = "GET", host = `127.0.0.1:${server.port}` } = options;
  return new Promise((resolve, reject) => {
    const request = ask({ port: server.port, host: "127.0.0.1", path, method, headers: { host } }, (response) => {
      let text = "";
      response.on("data", (data) => {
        text += data;
      });
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      response.on("error", reject);
    });
    request.on("error", reject).end();
  });
}

/** Opens the connection by which a page shows that it is open. @returns how to close it, and what the server sent */
async function visit(server: ViewServer) {
  const socket = connect(server.port, "127.0.0.1");
  let told = "";
  const answered = new Promise((resolve) =>
    socket.on("data", (data) => {
      told += data;
      resolve(undefined);
    }),
  );
  socket.write(`GET ${new URL(server.url).pathname}alive HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  await answered;
  return { leave: () => socket.destroy(), told: () => told };
}

/** Connections need a few turns of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test("serves what it was given, to this machine only, beneath a path nobody can guess", async () => {
  const server = await start();
  const { pathname, hostname } = new URL(server.url);
  expect(hostname).toBe("127.0.0.1");
  expect(pathname).toMatch(/^\/[\w-]{22}\/$/);
  expect((await start()).url).not.toContain(pathname);
  expect(await get(server, pathname)).toMatchObject({
    status: 200,
    text: "<p>page",
    headers: { "content-type": "text/html" },
  });
  expect(await get(server, `${pathname}profile.json?x=1`)).toMatchObject({ status: 200, text: "[1,2]" });
  const head = await get(server, `${pathname}profile.json`, { method: "HEAD" });
  expect(head).toMatchObject({ status: 200, text: "", headers: { "content-type": "application/json" } });
});

test("nothing else can be reached", async () => {
  const server = await start();
  const { pathname } = new URL(server.url);
  const paths = [
    ...["/", "/profile.json", pathname.slice(0, -1), `${pathname}x`, `${pathname}../`, `${pathname}../../etc/passwd`],
    ...[
      `${pathname}%2e%2e/profile.json`,
      `${pathname}%2e%2e%2f%2e%2e%2fetc%2fpasswd`,
      `/x/..${pathname}`,
      `/${pathname}`,
    ],
    ...[`${pathname}profile.json/`, `${pathname}profile.json%00`, `${pathname}__proto__`, `${pathname.toUpperCase()}x`],
  ];
  for (const path of paths) expect({ path, status: (await get(server, path)).status }).toEqual({ path, status: 404 });
});

test("other hosts and methods are refused, and nothing is shared with other origins", async () => {
  const server = await start();
  const { pathname } = new URL(server.url);
  for (const host of [
    "evil.example",
    `evil.example:${server.port}`,
    "127.0.0.1.evil.example",
    "localhost@evil.example",
    "127.0.0.2",
  ]) {
    expect({ host, status: (await get(server, pathname, { host })).status }).toEqual({ host, status: 403 });
  }
  for (const host of ["localhost", `LOCALHOST:${server.port}`, "127.0.0.1:4321"]) {
    expect({ host, status: (await get(server, pathname, { host })).status }).toEqual({ host, status: 200 });
  }
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const { status, headers } = await get(server, pathname, { method });
    expect({ method, status, allow: headers.allow }).toEqual({ method, status: 405, allow: "GET, HEAD" });
  }
  const { headers } = await get(server, pathname);
  expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  expect(headers).toMatchObject({
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  expect(headers["content-security-policy"]).toMatch(/^default-src 'none';.* frame-ancestors 'none'$/);
});

test("ends some time after the last page is gone, but not when one comes back", async () => {
  holdTime();
  const server = await start({ grace: 300 });
  const [first, second] = [await visit(server), await visit(server)];
  const shown = async () => (await get(server, new URL(server.url).pathname)).status;
  first.leave();
  for (let i = 0; i < 5; i++) expect(await shown()).toBe(200);
  vi.advanceTimersByTime(1000);
  expect(await shown()).toBe(200);
  second.leave();
  await until(() => vi.getTimerCount() === 1);
  vi.advanceTimersByTime(299);
  const third = await visit(server);
  vi.advanceTimersByTime(1000);
  expect(await shown()).toBe(200);
  third.leave();
  await until(() => vi.getTimerCount() === 1);
  vi.advanceTimersByTime(300);
  expect(await server.ended).toBe("left");
});

test("ends when nobody comes; who only looks at a file starts the time anew", async () => {
  holdTime();
  const server = await start({ patience: 400 });
  const { pathname } = new URL(server.url);
  vi.advanceTimersByTime(399);
  await get(server, pathname);
  await until(() => vi.getTimerCount() === 1);
  vi.advanceTimersByTime(399);
  expect((await get(server, pathname)).status).toBe(200);
  await until(() => vi.getTimerCount() === 1);
  vi.advanceTimersByTime(400);
  expect(await server.ended).toBe("nobody");
});

test("closing tells the pages and breaks off what is being sent", async () => {
  const body = function* () {
    for (;;) yield "x".repeat(1 << 16);
  };
  const server = await start({ files: new Map([["endless", { type: "text/plain", body }]]) });
  const page = await visit(server);
  const download = get(server, `${new URL(server.url).pathname}endless`);
  download.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 100));
  server.close();
  expect(await server.ended).toBe("closed");
  await expect(download).rejects.toThrow();
  expect(page.told()).toContain("event: end");
});

test("an answer that fails breaks off, and its connection with it", async () => {
  const body = function* () {
    yield "begin";
    throw new Error("damaged");
  };
  const errors: unknown[] = [];
  const files = new Map([["broken", { type: "text/plain", body }]]);
  const server = await start({ files, onError: (error) => errors.push(error) });
  await expect(get(server, `${new URL(server.url).pathname}broken`)).rejects.toThrow();
  expect(errors).toMatchObject([{ message: "damaged" }]);
});
