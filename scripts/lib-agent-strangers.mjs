// Clients that want in, or want to keep others out. Part of npm run sweep:agent.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { close } from "./lib-agent-captures.mjs";
import { keys, smuggled, strangers, token } from "./lib-agent-hostile.mjs";
import { get, load, pause, scratch, send, serve, until } from "./lib-agent-load.mjs";

const index = "/debug/gotrace/";
/** What no stranger may see: of the index, of metrics, of a trace, and of the file next to the snapshots. */
const secrets = /"agent":1|"\/sched\/|go 1\.\d+ trace|open to nobody/;

/** Requests that must be refused, while the shop is under load. */
export async function hostile(check, binary) {
  const base = join(scratch, "hostile");
  const dir = join(base, "a", "b");
  mkdirSync(dir, { recursive: true });
  for (const place of [base, join(base, "a"), dir]) writeFileSync(join(place, "secret"), "open to nobody");
  symlinkSync(join(base, "secret"), join(dir, "20261129T143205.123456789Z-1-1-link.trace"));
  writeFileSync(join(dir, "20261129T143205.123456789Z-1-1-x.trace.part"), "open to nobody");
  const server = await serve(binary, ["-agent", "-dir", dir]);
  const loaded = load(binary, server, 2000, 200);
  const port = server.agent.split(":")[1];
  const wrong = [];
  for (const [what, status, text] of strangers) {
    const { statuses, body } = await send(server.agent, text(port));
    const [first = 0] = statuses;
    const right = status === 0 ? first < 200 || first >= 300 : first === status;
    if (!right || secrets.test(body)) wrong.push(`${what}: ${first} instead of ${status || "none"}`);
  }
  check(
    `${strangers.length} requests of strangers`,
    wrong.length === 0,
    wrong.join("; ") || "each refused as it should be",
  );
  const welcome = await get(server.agent, index, { Host: `localhost:${port}`, "Sec-Fetch-Site": "none" });
  check("the operator's own browser is served", welcome.status === 200, String(welcome.status));
  check("hostile requests: no request lost", (await loaded).bad === 0, "2000 requests meanwhile");
  await close(check, "hostile requests", server);
}

/** Clients without the token, and requests that hide others. */
export async function locked(check, binary) {
  const server = await serve(binary, ["-agent", "-token", token]);
  const wrong = [];
  for (const [what, value] of keys) {
    const { status, headers, body } = await get(
      server.agent,
      index,
      value === undefined ? {} : { Authorization: value },
    );
    if (status !== 401 || headers["www-authenticate"] !== "Bearer" || secrets.test(body))
      wrong.push(`${what}: ${status}`);
  }
  const byAddress = await get(server.agent, `${index}?token=${token}`);
  if (byAddress.status !== 401) wrong.push(`the token in the address: ${byAddress.status}`);
  check(`${keys.length + 1} wrong tokens`, wrong.length === 0, wrong.join("; ") || "401 each");
  const right = await get(server.agent, index, { Authorization: `Bearer ${token}` });
  check("the token lets in", right.status === 200, String(right.status));
  for (const [what, text] of smuggled) {
    const { statuses, body } = await send(server.agent, text(server.agent.split(":")[1]));
    const served = statuses.filter((status) => status === 200).length;
    check(`a request ${what}`, served <= 1 && !/"\/sched\//.test(body), `answers: ${statuses.join(" ")}`);
  }
  await close(check, "tokens", server);
}

/** Slow and idle connections: more than the agent has places for. */
export async function slowloris(check, binary) {
  const server = await serve(binary, ["-agent"]);
  const loaded = load(binary, server, 2000, 200);
  const [host, port] = server.agent.split(":");
  const before = await server.ask("/usage");
  const sockets = Array.from({ length: 200 }, () => {
    const socket = connect({ host, port: Number(port) });
    socket.on("error", () => {});
    socket.open = true;
    socket.on("close", () => {
      socket.open = false;
    });
    socket.write(`GET ${index} HTTP/1.1\r\nHost: ${server.agent}\r\n`);
    return socket;
  });
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.open) socket.write("X-A: 1\r\n");
  }, 500);
  await pause(1500);
  const during = await server.ask("/usage");
  const held = sockets.filter(({ open }) => open).length;
  check(
    "200 slow headers: 64 connections at most",
    held <= 64,
    `${held} open, ${during.files - before.files} descriptors`,
  );
  const ended = await until(() => sockets.every(({ open }) => !open), 8000);
  clearInterval(drip);
  check("200 slow headers: closed after 5 s", ended, `${sockets.filter(({ open }) => open).length} open`);
  const served = await until(async () => (await get(server.agent, index)).status === 200, 3000);
  check("200 slow headers: then the operator gets in", served, "");
  check("200 slow headers: no request lost", (await loaded).bad === 0, "2000 requests meanwhile");
  await close(check, "slow headers", server);
}

/** Agents that would be open to the network, and client certificates. */
export async function doors(check, binary) {
  for (const [what, flags] of [
    ["0.0.0.0 without a token", ["-addr", "0.0.0.0:0"]],
    ["every address without a token", ["-addr", ":0"]],
    ["a short token", ["-addr", "0.0.0.0:0", "-token", "secret"]],
  ]) {
    const server = await serve(binary, ["-agent", ...flags]);
    const { good } = await load(binary, server, 50, 200);
    const refused = server.agent === undefined && /no agent/.test(server.log);
    check(
      `${what}: refused, and the shop runs`,
      refused && good === 50,
      /err="(.{60})/.exec(server.log)?.[1] ?? server.log,
    );
    await server.stop();
  }
  const certificates = makeCertificates();
  const server = await serve(binary, ["-agent", "-addr", "0.0.0.0:0", "-tls", certificates]);
  const port = server.agent.split(":").at(-1);
  const file = (name) => readFileSync(join(certificates, name));
  const pair = (name) => ({ cert: file(`${name}.crt`), key: file(`${name}.key`) });
  const none = await ask(port, { ca: file("server.crt") });
  const other = await ask(port, { ca: file("server.crt"), ...pair("other") });
  const right = await ask(port, { ca: file("server.crt"), ...pair("client") });
  const plain = await get(`127.0.0.1:${port}`, index);
  check("client certificates: none", none === 0, String(none));
  check("client certificates: of another authority", other === 0, String(other));
  check("client certificates: plain HTTP", plain.status !== 200, String(plain.status));
  check("client certificates: the right one", right === 200, String(right));
  await close(check, "client certificates", server);
}

/** The status of the index over TLS; 0 if there was no response. */
function ask(port, tls) {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", servername: "localhost", port, path: index, agent: false, ...tls };
    request(options, (response) => {
      response.resume();
      response.on("close", () => resolve(response.statusCode));
    })
      .on("error", () => resolve(0))
      .end();
  });
}

/** Makes an authority with a certificate for the client, a server's certificate, and one that nobody signed. */
function makeCertificates() {
  const dir = join(scratch, "certificates");
  mkdirSync(dir);
  const openssl = (...args) => execFileSync("openssl", args, { cwd: dir, stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const self = (name, ...more) =>
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.crt`,
      "-subj",
      `/CN=${name}`,
      "-days",
      "2",
      ...more,
    );
  self("server", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1");
  self("ca");
  self("other");
  openssl("req", ...key, "-keyout", "client.key", "-out", "client.csr", "-subj", "/CN=client");
  openssl(
    "x509",
    "-req",
    "-in",
    "client.csr",
    "-CA",
    "ca.crt",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-out",
    "client.crt",
    "-days",
    "2",
  );
  return dir;
}
