/** The argument of `gotrace capture`: turns the address of a server into the URL of what is fetched from it. */
import { ExitCode, UserError } from "../../base/errors.js";

/** Longest capture, in seconds: tracing slows a server down. */
export const MAX_SECONDS = 30;
/** Default of `--seconds`. */
export const DEFAULT_SECONDS = 5;

/** What to fetch: an execution trace, the content of a flight recorder, a snapshot of the call ring, or what else the agent has. */
export type Wanted = "trace" | "flight" | "calls" | "agent";

/** Where a trace comes from. */
export interface CaptureTarget {
  /** Without name and password. */
  readonly url: URL;
  /** The path of a Unix socket on which the server listens. */
  readonly socket?: string;
  /** The server in a command line: scheme, host and port, or the socket; no endpoint, no password. */
  readonly address: string;
  /** `host:port`, or the path of the socket: the name under which captures take turns, and in messages. */
  readonly server: string;
  /** Seconds that the server records after the request; undefined if the endpoint decides (a flight recorder). */
  readonly seconds: number | undefined;
  /** Value of the Authorization header, from name and password in the URL. */
  readonly authorization: string | undefined;
}

/**
 * Parses an address. `host:port`, `http://host:port` and `unix:///path/of.sock` stand for `/debug/pprof/trace` on that
 * server; other URLs are used as given, such as that of a flight recorder (on a socket: `unix:///path/of.sock:/flight`).
 * All but a trace is below `/debug/gotrace/` of an agent.
 * @param seconds the value of `--seconds`
 * @throws UserError for an invalid address, or for more seconds than allowed
 */
export function captureTarget(address: string, seconds: string | undefined, wanted: Wanted = "trace"): CaptureTarget {
  const unix = /^unix:(?:\/\/(?=\/))?(\/(?!\/)[^:]*)(?::(\/.*))?$/.exec(address);
  const text = unix
    ? `http://localhost${unix[2] ?? ""}`
    : /^[a-z][a-z0-9+.-]*:\/\//i.test(address)
      ? address
      : `http://${address.replace(/^:/, "localhost:")}`;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw usage(
      `not an address: ${address}`,
      "name a server such as localhost:6060, or a URL with http:// or https://",
    );
  }
  if (url.protocol === "unix:") throw usage(`not a Unix socket: ${address}`, "write unix:///run/app.sock");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    url.username = url.password = "";
    throw usage(`cannot fetch from ${url.href}`, "use a URL that begins with http://, https:// or unix://");
  }
  const { username, password } = url;
  url.username = url.password = url.hash = "";
  url.pathname = pathOf(url.pathname, wanted);
  const records = /\/debug\/(?:pprof|gotrace)\/trace$/.test(url.pathname);
  const named = seconds ?? (wanted === "trace" ? url.searchParams.get("seconds") : null) ?? undefined;
  const time = named === undefined ? (records ? DEFAULT_SECONDS : undefined) : checkSeconds(named);
  if (time !== undefined) url.searchParams.set("seconds", String(time));
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    url,
    ...(unix ? { socket: unix[1] } : {}),
    address: unix ? `unix://${unix[1]}` : url.protocol === "http:" ? url.host : url.origin,
    server: unix ? unix[1] : `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`,
    seconds: time,
    authorization: username || password ? `Basic ${Buffer.from(credentials).toString("base64")}` : undefined,
  };
}

/** The path of what is wanted. An address without a path, and one of all endpoints of pprof or of the agent, stand for a server. */
function pathOf(path: string, wanted: Wanted): string {
  const [, before] = (path === "/" ? ["", ""] : /^(.*)\/debug\/(?:pprof|gotrace)\/?$/.exec(path)) ?? [];
  if (wanted === "trace") {
    if (before === undefined) return path;
    return `${before}/debug/${/gotrace\/?$/.test(path) ? "gotrace" : "pprof"}/trace`;
  }
  const end = wanted === "agent" ? "" : wanted;
  if (before !== undefined) return `${before}/debug/gotrace/${end}`;
  if (wanted !== "agent" && path.endsWith(`/${wanted}`)) return path;
  throw usage(`${path} is one endpoint of a server`, "name the server, such as localhost:6060, or its /debug/gotrace/");
}

/** The URL of another endpoint of an agent. @param target of its `/debug/gotrace/` */
export function endpoint(
  target: CaptureTarget,
  path: string,
  query: Readonly<Record<string, string>> = {},
): CaptureTarget {
  const url = new URL(target.url);
  url.pathname = target.url.pathname + path;
  url.search = new URLSearchParams(query).toString();
  return { ...target, url };
}

/** Whether others could read what is sent: plain HTTP to another machine. */
export function isOpen({ url, socket }: Pick<CaptureTarget, "url" | "socket">): boolean {
  const { protocol, hostname } = url;
  return (
    protocol === "http:" && socket === undefined && !/^(127\.\d+\.\d+\.\d+|\[::1\]|(.*\.)?localhost)$/.test(hostname)
  );
}

function checkSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= MAX_SECONDS) return value;
  throw usage(
    `--seconds: ${JSON.stringify(text)} is not valid`,
    `use a number of seconds up to ${MAX_SECONDS}: tracing slows the server down`,
  );
}

function usage(message: string, advice: string): UserError {
  return new UserError(message, advice, ExitCode.usage);
}

/** The default name of a captured trace: host, port and local time. */
export function defaultName(target: CaptureTarget, now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return `${fileName(target.server)}-${day}-${time}.${target.url.pathname.endsWith("/debug/gotrace/calls") ? "gotrace" : "trace"}`;
}

/** A server's name, made safe for use in a file name. */
export function fileName(server: string): string {
  return server.replace(/[^\w.]+/g, "-").replace(/^-/, "");
}
