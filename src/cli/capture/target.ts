/** The argument of `gotrace capture`: turns the address of a server into the URL of its trace. */
import { ExitCode, UserError } from "../../base/errors.js";

/** Longest capture, in seconds: tracing slows a server down. */
export const MAX_SECONDS = 30;
/** Default of `--seconds`. */
export const DEFAULT_SECONDS = 5;

/** Where a trace comes from. */
export interface CaptureTarget {
  /** Without name and password. */
  readonly url: URL;
  /** The path of a Unix socket on which the server listens. */
  readonly socket?: string;
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
 * @param seconds the value of `--seconds`
 * @throws UserError for an invalid address, or for more seconds than allowed
 */
export function captureTarget(address: string, seconds: string | undefined): CaptureTarget {
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
  if (url.pathname === "/") url.pathname = "/debug/pprof/trace";
  else if (/\/debug\/pprof\/?$/.test(url.pathname)) url.pathname = `${url.pathname.replace(/\/$/, "")}/trace`;
  const named = seconds ?? url.searchParams.get("seconds") ?? undefined;
  const pprof = url.pathname.endsWith("/debug/pprof/trace");
  const wanted = named === undefined ? (pprof ? DEFAULT_SECONDS : undefined) : checkSeconds(named);
  if (wanted !== undefined) url.searchParams.set("seconds", String(wanted));
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    url,
    ...(unix ? { socket: unix[1] } : {}),
    server: unix ? unix[1] : `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`,
    seconds: wanted,
    authorization: username || password ? `Basic ${Buffer.from(credentials).toString("base64")}` : undefined,
  };
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
  return `${fileName(target.server)}-${day}-${time}.trace`;
}

/** A server's name, made safe for use in a file name. */
export function fileName(server: string): string {
  return server.replace(/[^\w.]+/g, "-").replace(/^-/, "");
}
