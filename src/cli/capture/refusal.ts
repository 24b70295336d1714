/** The errors of `gotrace capture`: failed connections, error responses, and responses that are not traces. */
import type { IncomingMessage } from "node:http";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { printable } from "../../base/printable.js";
import { formatBytes } from "../../base/units.js";
import { hasMagic } from "../../calltrace/index.js";
import type { Access } from "./access.js";
import type { Answer } from "./connect.js";
import type { CaptureTarget } from "./target.js";

/** Milliseconds to wait for the text of an error response. */
const PATIENCE = 2000;
/** Characters of it that are read. */
const MAX_SAID = 1000;

/** The endpoints of the agent that hand out what was recorded until now. */
const LAST_STRETCH = /\/debug\/gotrace\/(flight|calls)\b/;

/** Nobody answers, or a proxy in the server's place: that may change. */
export class Unreachable extends UserError {}

/** The server asks to come back later: it has just been traced (429), or is overloaded (503). */
export class RetryLater extends Unreachable {
  /** What a later answer lacks; "" if it is as good. */
  readonly loss: string;

  /** @param seconds what its Retry-After header asks for; undefined without one */
  constructor(
    { server, url }: CaptureTarget,
    status: number,
    text: string,
    readonly seconds: number | undefined,
  ) {
    const isLate = LAST_STRETCH.test(url.pathname) && (seconds ?? 10) > 1;
    const loss = isLate ? "; it then has the last seconds before that, not those before now" : "";
    super(
      `${server} answered ${status}: ${text || (status === 429 ? "too many captures" : "overloaded")}`,
      `${seconds === undefined ? "try again later" : `try again in ${seconds}s, as the server asks, or give --wait`}${loss}`,
      ExitCode.unavailable,
    );
    this.loss = loss;
  }
}

/** The server has no such thing. */
export class NotFound extends UserError {}

/** The error for a request that failed without a response. @param error what node:http reported */
export function connectionError(target: CaptureTarget, error: NodeJS.ErrnoException): UserError {
  const { server } = target;
  const code = error.code ?? "";
  const [message, advice] =
    code === "ECONNREFUSED" || (target.socket !== undefined && code === "ENOENT")
      ? [
          `nothing listens at ${server}`,
          target.socket === undefined
            ? "start the server, or check host and port"
            : "start the server, or check the path",
        ]
      : code === "ENOTFOUND" || code === "EAI_AGAIN"
        ? [`host ${target.url.hostname} not found: ${messageOf(error)}`, "check the name, or give an IP address"]
        : code === "ETIMEDOUT"
          ? [`${server} does not answer: ${messageOf(error)}`, "check host, port and firewall"]
          : code === "EPROTO" || code.startsWith("HPE_") || code === "ERR_SSL_WRONG_VERSION_NUMBER"
            ? [`${server} does not speak ${target.url.protocol.slice(0, -1)}`, "try the other of http:// and https://"]
            : /_ALERT_/.test(code)
              ? [
                  `${server} does not accept this client: ${/alert ([a-z ]+)/.exec(messageOf(error))?.[1] ?? messageOf(error)}`,
                  "name the certificate that it wants with --cert and --key",
                ]
              : /CERT|SELF_SIGNED|UNABLE_TO/.test(code)
                ? [
                    `the certificate of ${server} is not trusted: ${messageOf(error)}`,
                    "name the certificate file of its authority with --cacert, or give --insecure",
                  ]
                : [`${server} closed the connection: ${messageOf(error)}`, "check the server's log, or try again"];
  return new Unreachable(message, advice, ExitCode.noInput);
}

/** The error for a response other than 200, with the first line of its text. @param access what the request carried */
export async function refusal(
  target: CaptureTarget,
  access: Pick<Access, "token" | "headers">,
  { response, elsewhere }: Answer,
): Promise<UserError> {
  const { statusCode = 0, headers } = response;
  const html = isHtml(response);
  const reply = html ? "" : firstLine(await beginning(response));
  response.destroy();
  const seconds = retryAfter(headers["retry-after"]);
  if (statusCode === 429 || (statusCode === 503 && seconds !== undefined)) {
    return new RetryLater(target, statusCode, reply, seconds);
  }
  const page = html ? " with a web page" : "";
  const what = `${target.server} answered ${statusCode}${page}${reply ? `: ${reply}` : ""}`;
  if (statusCode !== 401 && statusCode !== 403) {
    const Kind = statusCode === 404 ? NotFound : statusCode > 501 && statusCode < 505 ? Unreachable : UserError;
    return new Kind(what, adviceFor(statusCode, target, reply), ExitCode.noInput);
  }
  const advice = elsewhere
    ? `it redirects to ${elsewhere.origin}, which gets no credentials of ${target.server}: name that address`
    : /^bearer/i.test(headers["www-authenticate"] ?? "")
      ? access.token || "authorization" in access.headers
        ? "it knows this token no longer, or never did: check --token-file, or GOTRACE_TOKEN"
        : "give the file of its token with --token-file, or the token in GOTRACE_TOKEN"
      : "use an address that it allows, or give a token with --token-file, a header with --header, or user name and password in the URL";
  return new UserError(what, advice, ExitCode.noInput);
}

function adviceFor(status: number, target: CaptureTarget, reply: string): string {
  const { pathname } = target.url;
  const isAgents = pathname.includes("/debug/gotrace/");
  if (status === 404 && isAgents && !pathname.includes("/snapshots/")) {
    return "there is no agent: 'gotrace agent' writes one; without --flight, --calls, --list, a capture needs net/http/pprof only";
  }
  if (status === 404) return `nothing is served at ${pathname}: import net/http/pprof, or give the URL of the trace`;
  if (status === 501 && isAgents) return `'gotrace capture --list ${target.address}' shows what it has`;
  if (/HTTP request to an HTTPS server/.test(reply)) return "begin its address with https://";
  if (/already enabled|in progress/.test(reply))
    return "somebody else is tracing this server: try again when they are done";
  if (/WriteTimeout/.test(reply))
    return "ask for fewer seconds, or serve pprof from a server with a longer WriteTimeout";
  if (status >= 500) return "check the server's log, or try again";
  return "give the URL of an execution trace, such as http://host:port/debug/pprof/trace";
}

/** Checks that the bytes begin an execution trace, or a call trace. @param unpacked whether they were compressed @throws UserError if not */
export function checkHead(target: CaptureTarget, response: IncomingMessage, head: Buffer, unpacked: boolean): void {
  if (/^go 1\.\d+ trace\0\0\0$/.test(head.toString("latin1", 0, 16)) || hasMagic(head)) return;
  const found =
    head.length === 0
      ? "nothing at all"
      : isHtml(response) || /^\s*<(!doctype|html)/i.test(head.toString("latin1"))
        ? "a web page"
        : unpacked
          ? "a compressed profile or file"
          : `${formatBytes(head.length)} or more that begin with ${JSON.stringify(firstLine(head.toString("latin1")).slice(0, 30))}`;
  throw new UserError(
    `no trace: ${target.server} sent ${found}`,
    "give the URL of a trace, such as http://host:port/debug/pprof/trace, or the endpoint of a flight recorder",
    ExitCode.data,
  );
}

function isHtml(response: IncomingMessage): boolean {
  return /\bhtml\b/.test(response.headers["content-type"] ?? "");
}

/** The beginning of a body as text: what arrives within {@link PATIENCE}. */
async function beginning(response: IncomingMessage): Promise<string> {
  let text = "";
  const timer = setTimeout(() => response.destroy(), PATIENCE);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      text += chunk.toString("utf8");
      if (text.length > MAX_SAID) break;
    }
  } catch {
    // Use what has arrived.
  } finally {
    clearTimeout(timer);
  }
  return text;
}

/** The first line of a text, short enough for a message. */
function firstLine(text: string): string {
  const line = text.trim().split(/[\r\n]/, 1)[0];
  return printable(line).slice(0, 200);
}

/** Seconds that a Retry-After header asks for; it holds a number or a date. */
function retryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}
