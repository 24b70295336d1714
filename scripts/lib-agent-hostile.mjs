// Requests that the agent must not serve, and what it must answer. Part of npm run sweep:agent.

const index = "/debug/gotrace/";
const local = (port) => `127.0.0.1:${port}`;
const ask = (line, ...headers) => `${[line, ...headers, "Connection: close"].join("\r\n")}\r\n\r\n`;
const page =
  (host, ...headers) =>
  () =>
    ask(`GET ${index} HTTP/1.1`, `Host: ${host}`, ...headers);
const own =
  (line, ...headers) =>
  (port) =>
    ask(`${line} HTTP/1.1`, `Host: ${local(port)}`, ...headers);

/** A page name that steps out of the directory of snapshots, in several ways to write it. */
const steps = [
  "..%2f..%2fsecret",
  "%2e%2e%2f%2e%2e%2fsecret",
  "../../secret",
  "..%5c..%5csecret",
  "..%00",
  "%2fetc%2fpasswd",
];

/** Without a token, on a loopback address: [what, status, text to send (port)]. 0 stands for any answer that serves nothing. */
export const strangers = [
  ["a foreign Host (DNS rebinding)", 403, page("evil.example:6060")],
  ["a Host that begins like localhost", 403, page("localhost.evil.example")],
  ["a Host that contains the address", 403, page("127.0.0.1.nip.io:6060")],
  ["an empty Host", 403, page("")],
  ["no Host, HTTP/1.0", 403, () => `GET ${index} HTTP/1.0\r\n\r\n`],
  ["no Host, HTTP/1.1", 400, () => ask(`GET ${index} HTTP/1.1`)],
  ["two Hosts", 400, (port) => ask(`GET ${index} HTTP/1.1`, `Host: ${local(port)}`, "Host: evil.example")],
  ["an absolute URL of another host", 403, own(`GET http://evil.example${index}`)],
  ["a picture of another site", 403, own(`GET ${index}`, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors")],
  ["a link of another site", 403, own(`GET ${index}`, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")],
  ["a page of a sister site", 403, own(`GET ${index}`, "Sec-Fetch-Site: same-site")],
  ["a script of another origin", 403, own(`GET ${index}`, "Origin: http://evil.example")],
  ["a script of origin null", 403, own(`GET ${index}`, "Origin: null")],
  ["a proxy on this machine", 403, own(`GET ${index}`, "X-Forwarded-For: 203.0.113.7")],
  ["a script of another port", 403, own(`GET ${index}`, "Origin: http://127.0.0.1:1")],
  ...["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW"].map((method) => [
    `the method ${method}`,
    405,
    own(`${method} ${index}trace?seconds=1`, "Content-Length: 0"),
  ]),
  ["CONNECT", 0, own("CONNECT 127.0.0.1:22")],
  ["a method over a POST", 405, own(`POST ${index}`, "X-HTTP-Method-Override: GET", "Content-Length: 0")],
  ["HTTP/2 by prior knowledge", 0, () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["HTTP/0.9", 0, () => `GET ${index}\r\n`],
  ["a TLS greeting", 0, () => "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03".padEnd(180, "\x01")],
  ["a megabyte of headers", 431, own(`GET ${index}`, `X-Big: ${"x".repeat(1 << 20)}`)],
  ["10,000 headers", 431, own(`GET ${index}`, ...Array.from({ length: 10000 }, (_, i) => `X-${i}: 1`))],
  ["a path of a megabyte", 431, own(`GET ${index}${"a".repeat(1 << 20)}`)],
  ...steps.map((name) => [`the snapshot ${name}`, 0, own(`GET ${index}snapshots/${name}`)]),
  ["a snapshot that is not one", 404, own(`GET ${index}snapshots/secret`)],
  ["a snapshot's partial file", 404, own(`GET ${index}snapshots/20261129T143205.123456789Z-1-1-x.trace.part`)],
  ["a link to another file", 404, own(`GET ${index}snapshots/20261129T143205.123456789Z-1-1-link.trace`)],
  ["a page outside of /debug", 404, own("GET /orders/1")],
  ["two dots after /debug", 0, own("GET /debug/../secret")],
  ...["1e9", "-1", "0", "NaN", "Inf", "30.1", "x", "%00"].map((value) => [
    `seconds=${value}`,
    400,
    own(`GET ${index}trace?seconds=${value}`),
  ]),
  ["a text of a kilobyte to search for", 400, own(`GET ${index}snapshots?contains=${"a".repeat(1024)}`)],
  ["after=../", 400, own(`GET ${index}snapshots?after=../`)],
  ["a difference of profiles", 400, own("GET /debug/pprof/heap?seconds=3600")],
  ["two lengths", 400, own(`GET ${index}`, "Content-Length: 5", "Content-Length: 6")],
  ["an invalid length", 400, own(`GET ${index}`, "Content-Length: +5")],
  ["an unknown transfer encoding", 501, own(`GET ${index}`, "Transfer-Encoding: xchunked")],
  ["a line of a header that is folded", 400, own(`GET ${index}`, "X-A: 1\r\nno colon")],
  ["a header with a space before its colon", 400, own(`GET ${index}`, "Transfer-Encoding : chunked")],
];

/**
 * Requests that hide a second one in their body. A server that reads the body by another length than a proxy before it would
 * answer both. The outer one has the token, the hidden one has not. [what, text (port)]
 */
export const smuggled = [
  [
    "in a body of Content-Length",
    (host, hidden) => `GET ${index}health HTTP/1.1\r\n${host}Content-Length: ${hidden.length}\r\n\r\n${hidden}`,
  ],
  [
    "behind chunks, with a Content-Length",
    (host, hidden) =>
      `GET ${index}health HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  ],
  ["behind a refused request", (host, hidden) => `POST ${index} HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n${hidden}`],
].map(([what, text]) => [
  what,
  (port) => {
    const host = `Host: ${local(port)}\r\n`;
    return text(`${host}Authorization: Bearer ${token}\r\n`, `GET ${index}metrics HTTP/1.1\r\n${host}\r\n`);
  },
]);

/** Headers that must not pass for the token "open-sesame-open-sesame": [what, header]. */
export const keys = [
  ["no token", undefined],
  ["a wrong token", "Bearer open-sesame-open-sesamE"],
  ["the begin of the token", "Bearer open-sesame-open-sesam"],
  ["the token and more", "Bearer open-sesame-open-sesame2"],
  ["an empty token", "Bearer "],
  ["the token as a password", `Basic ${Buffer.from("x:open-sesame-open-sesame").toString("base64")}`],
  ["the token without a scheme", "open-sesame-open-sesame"],
  ["two tokens", "Bearer open-sesame-open-sesame, Bearer x"],
  ["a token of 10,000 characters", `Bearer ${"a".repeat(10000)}`],
];
export const token = "open-sesame-open-sesame";
