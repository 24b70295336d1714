/** What opens a server's doors, from flags and the environment: headers, a token, certificates. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { say } from "../say.js";
import { type CaptureTarget, isOpen } from "./target.js";

/** What a request carries to the server that was named, and whom it trusts. */
export interface Access {
  /** Extra request headers, of `--header`; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bearer token. Its file is read for each request, since tokens are replaced. @throws UserError if there is none in it */
  readonly token?: () => string;
  /** The client's certificate and its key, in PEM. */
  readonly identity?: { readonly cert: string; readonly key: string };
  /** Certificates of the authorities to trust, in PEM; undefined for Node's default. */
  readonly authorities: readonly string[] | undefined;
  /** Accept any certificate. */
  readonly insecure: boolean;
}

/** What the flags name. */
export interface AccessOptions {
  readonly tokenFile: string | undefined;
  readonly headers: readonly string[];
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly cacert: string | undefined;
  readonly insecure: boolean;
}

/**
 * Reads files and the environment. Says it if credentials would go over the network unencrypted, and if others can read
 * the files that hold them.
 * @throws UserError for invalid values and files
 */
export function accessOf(options: AccessOptions, target: CaptureTarget, env: NodeJS.ProcessEnv): Access {
  const headers = parseHeaders(options.headers);
  const explicit = target.authorization !== undefined || "authorization" in headers;
  const token = tokenOf(options, env, explicit);
  if (options.cert !== undefined && target.url.protocol !== "https:") {
    throw usage("--cert: the server is not asked over https", "begin its address with https://");
  }
  const identity = identityOf(options);
  const secrets = [
    ...(token || explicit ? [token ? "the token" : "the password"] : []),
    ...Object.keys(headers)
      .filter((name) => /cookie|token|secret|key/.test(name))
      .map((name) => `the header ${name}`),
  ];
  if (secrets.length > 0 && isOpen(target)) {
    say(
      `${secrets.join(" and ")} goes to ${target.server} unencrypted: https:// or a tunnel (ssh -L) would protect it`,
    );
  }
  return {
    headers,
    ...(token && { token }),
    ...(identity && { identity }),
    authorities: authoritiesOf(options.cacert),
    insecure: options.insecure,
  };
}

function tokenOf(options: AccessOptions, env: NodeJS.ProcessEnv, explicit: boolean): Access["token"] {
  const file = options.tokenFile;
  if (file === undefined) {
    const text = env.GOTRACE_TOKEN;
    if (!text || explicit) return undefined;
    const token = checked(text, "GOTRACE_TOKEN");
    return () => token;
  }
  if (explicit) {
    const other = "authorization" in parseHeaders(options.headers) ? "--header Authorization" : "a password in the URL";
    throw usage(`--token-file and ${other} cannot be combined`, "leave one of them out");
  }
  const read = () =>
    checked(readSecret(file, "--token-file", "name a file that holds the token"), `--token-file: ${file}`);
  read();
  sayIfShared(file, "--token-file");
  return read;
}

/** @throws UserError for a text that cannot be a bearer token (RFC 6750) */
function checked(text: string, where: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  const what = token === "" ? "is empty" : "is no token: it has spaces, line breaks or other letters than ASCII's";
  throw usage(`${where} ${what}`, "put the token alone into it");
}

function identityOf({ cert: file, key: ownKey }: AccessOptions): Access["identity"] {
  if (file === undefined) {
    if (ownKey !== undefined) throw usage("--key is the key of a certificate", "add --cert FILE");
    return undefined;
  }
  const keyFile = ownKey ?? file;
  const where = ownKey !== undefined ? `--key: ${keyFile}` : `--cert: ${file}, without --key,`;
  const advice = "name a certificate and its private key, in PEM";
  const cert = readSecret(file, "--cert", advice);
  const key = readSecret(keyFile, "--key", advice);
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    throw usage(`--cert: ${file} holds no certificate`, advice);
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) throw usage(`${where} holds no private key`, advice);
  if (/-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(key)) {
    const plain = "openssl pkey -in KEY -out PLAIN, with umask 077";
    throw usage(`${where} is encrypted, and gotrace asks for no passphrase`, `name a key that is not: ${plain}`);
  }
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(key))) throw new Error("it belongs to another certificate");
  } catch (error) {
    throw usage(`${where} cannot be used: ${messageOf(error)}`, advice);
  }
  sayIfShared(keyFile, ownKey !== undefined ? "--key" : "--cert");
  return { cert, key };
}

function readSecret(file: string, flag: string, advice: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw usage(`${flag}: cannot read ${file}: ${messageOf(error)}`, advice);
  }
}

/** Secrets that are mounted into containers are readable by all who are in there, so this is no reason to refuse them. */
function sayIfShared(file: string, flag: string): void {
  if (process.platform !== "win32" && (statSync(file).mode & 0o004) !== 0) {
    say(`${flag}: all users of this machine can read ${file}: chmod 600 protects it`);
  }
}

/** The certificates to trust: Node's own and those in `file`. @throws UserError when the file holds no valid certificate */
function authoritiesOf(file: string | undefined): readonly string[] | undefined {
  if (file === undefined) return undefined;
  try {
    const pem = readFileSync(file, "utf8");
    const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    for (const one of found) new X509Certificate(one);
    if (found.length === 0) throw new Error("it holds no certificate");
    return [...rootCertificates, ...found];
  } catch (error) {
    throw usage(
      `--cacert: cannot use ${file}: ${messageOf(error)}`,
      "name a file with the certificate of an authority, in PEM",
    );
  }
}

function parseHeaders(texts: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of texts) {
    const match = /^([!#$%&'*+.^_`|~\w-]+):\s*([\t\x20-\x7e\x80-\xff]*)$/.exec(text);
    if (!match) throw usage(`--header: ${JSON.stringify(text)} is not valid`, "use 'Name: value'");
    headers[match[1].toLowerCase()] = match[2];
  }
  return headers;
}

function usage(message: string, advice: string): UserError {
  return new UserError(message, advice, ExitCode.usage);
}
