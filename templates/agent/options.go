package traceagent

// gotrace:begin options

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
)

// Options says what an agent does. The zero value is an agent that does nothing until
// its Handler is used.
type Options struct {
	// Addr is where the agent's own server listens: "127.0.0.1:6060", or
	// "unix:/run/app/agent.sock". If it is empty there is no such server; use Handler.
	Addr string
	// Token, if set, must come with each request: "Authorization: Bearer TOKEN".
	// Spaces around it are cut off, such as the line's end of a file.
	Token string
	// TLS, if set, is what the server's connections use. With ClientAuth =
	// tls.RequireAndVerifyClientCert, certificates let clients in, and no token is
	// needed.
	TLS *tls.Config
	// Flight sets the flight recorder (Go 1.25 and later).
	Flight Flight
	// Dir is where snapshots of the flight recorder go: a directory of the program's own,
	// made if it is missing. Processes that share one also share its limits.
	Dir string
	// Keep and KeepBytes limit the snapshots in Dir: the oldest are removed. 0 stands for
	// the numbers in limits.go.
	Keep      int
	KeepBytes int64
	// Sink, if set, gets snapshots instead of Dir: object storage, for example. The agent
	// closes what it returns. After a failure it calls CloseWithError(error) error
	// instead, if there is such a method, as *io.PipeWriter has.
	Sink func(name string) (io.WriteCloser, error)
	// Sentinel takes snapshots by itself; the zero value is off.
	Sentinel Sentinel
	// Requests says how Middleware and StartRequest name and limit requests.
	Requests Requests
	// Logger gets what the agent has to say; nil stands for slog.Default().
	Logger *slog.Logger
}

// Flight sets the flight recorder. The zero value is off; with a place for snapshots,
// Dir or Sink, it stands for the numbers in limits.go.
type Flight struct {
	// MinAge is how far back a snapshot reaches at least, if MaxBytes allows it.
	MinAge time.Duration
	// MaxBytes is how much of the trace the recorder keeps, about; it comes before MinAge.
	// Go keeps the last seconds whatever their size: for a program that makes 30 MB of
	// trace a second (100 KB are usual), it takes 100 MB of memory even with 2 MiB here.
	MaxBytes uint64
}

func (f Flight) on() bool { return f != Flight{} }

// checked returns the options with defaults, or what is wrong with them.
func (o Options) checked() (Options, error) {
	o.Token = strings.TrimSpace(o.Token)
	if o.Token != "" && len(o.Token) < tokenLeast {
		return o, fmt.Errorf("traceagent: Options.Token has %d characters, which can be guessed: use %d or more, such as those of openssl rand -hex 16",
			len(o.Token), tokenLeast)
	}
	if c := o.TLS; c != nil && len(c.Certificates) == 0 && c.GetCertificate == nil && c.GetConfigForClient == nil {
		return o, errors.New("traceagent: Options.TLS has no certificate: set its Certificates or GetCertificate")
	}
	if c := o.TLS; c != nil && c.ClientAuth >= tls.VerifyClientCertIfGiven && c.ClientCAs == nil {
		return o, errors.New("traceagent: Options.TLS.ClientCAs is not set, so a certificate of any public authority would let its owner in: set it to your own authority")
	}
	if o.Dir != "" && o.Sink != nil {
		return o, errors.New("traceagent: snapshots go to Options.Dir or to Options.Sink: set one of them")
	}
	if o.Flight.MinAge < 0 || o.Keep < 0 || o.KeepBytes < 0 {
		return o, errors.New("traceagent: Options.Flight.MinAge, Keep and KeepBytes must not be negative")
	}
	if o.Keep == 0 {
		o.Keep = snapshotKeep
	}
	if o.KeepBytes == 0 {
		o.KeepBytes = snapshotKeepBytes
	}
	if (o.Dir != "" || o.Sink != nil) && !o.Flight.on() {
		o.Flight = Flight{MinAge: flightAge, MaxBytes: flightBytes}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o, nil
}

// gotrace:end options
