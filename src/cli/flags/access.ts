/** Flags of who is let in by a server: headers, a token, certificates. */
import type { AccessOptions } from "../capture/access.js";
import type { Flag, ParsedFlags } from "./parse.js";

export const accessFlags: readonly Flag[] = [
  {
    name: "token-file",
    value: "FILE",
    help: "send the bearer token in FILE (default: the variable GOTRACE_TOKEN)",
  },
  {
    name: "header",
    value: "NAME:VALUE",
    repeats: true,
    help: "send a header, for instance 'X-Tenant: shop'",
  },
  { name: "cert", value: "FILE", help: "show the server the certificate in FILE (PEM), for mutual TLS" },
  { name: "key", value: "FILE", help: "the private key of --cert (PEM; default: in the same file)" },
  { name: "cacert", value: "FILE", help: "also trust the authority whose certificate is in FILE (PEM)" },
  { name: "insecure", help: "accept any certificate" },
];

/** What they name; {@link AccessOptions} are checked when they are used. */
export function accessOptions(flags: ParsedFlags): AccessOptions {
  return {
    tokenFile: flags.string("token-file"),
    headers: flags.values("header"),
    cert: flags.string("cert"),
    key: flags.string("key"),
    cacert: flags.string("cacert"),
    insecure: flags.has("insecure"),
  };
}
