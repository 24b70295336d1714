/** Goroutines on which a server that the module does not own calls handlers. */

/**
 * Functions that such goroutines start with: those of connections and streams in net/http, golang.org/x/net/http2, gRPC,
 * net/rpc and fasthttp. The compiler adds `.gowrap1`, `.func1` and the like.
 */
const SERVERS = [
  /^net\/http\.\(\*(Server|conn|http2serverConn)\)\./,
  /^golang\.org\/x\/net\/http2\.\(\*serverConn\)\./,
  /^google\.golang\.org\/grpc\.\(\*Server\)\./,
  /^net\/rpc\.\(\*(Server|service)\)\./,
  /^github\.com\/valyala\/fasthttp\.\(\*workerPool\)\./,
];

/** Whether a goroutine that starts with this function serves requests. */
export function isServerFunction(name: string): boolean {
  return SERVERS.some((pattern) => pattern.test(name));
}
