/** Goroutines on which a server that the module does not own calls handlers. */

/**
 * Functions that such goroutines start with: those of connections, streams and messages in net/http,
 * golang.org/x/net/http2, quic-go's HTTP/3, gRPC, net/rpc, fasthttp, NATS and asynq. Routers and frameworks (chi, echo, gin,
 * fiber, connect, Twirp) run on one of them. The compiler adds `.gowrap1`, `.func1` and the like.
 */
const SERVERS = [
  /^net\/http\.\(\*(Server|conn|http2serverConn)\)\./,
  /^golang\.org\/x\/net\/http2\.\(\*serverConn\)\./,
  /^github\.com\/quic-go\/quic-go\/http3\.\(\*Server\)\./,
  /^google\.golang\.org\/grpc\.\(\*Server\)\./,
  /^net\/rpc\.\(\*(Server|service)\)\./,
  /^github\.com\/valyala\/fasthttp\.\(\*workerPool\)\./,
  /^github\.com\/nats-io\/nats(\.|%2e)go\.\(\*Conn\)\.waitForMsgs/,
  /^github\.com\/hibiken\/asynq\.\(\*processor\)\.exec\./,
];

/** Whether a goroutine that starts with this function serves requests. */
export function isServerFunction(name: string): boolean {
  return SERVERS.some((pattern) => pattern.test(name));
}
