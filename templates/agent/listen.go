package traceagent

// gotrace:begin listen

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// listen opens the address of the options, if there is one and strangers cannot use it.
func (a *Agent) listen() error {
	o := a.options
	if o.Addr == "" {
		return nil
	}
	var listener net.Listener
	var err error
	if path, isUnix := strings.CutPrefix(o.Addr, "unix:"); isUnix {
		listener, err = listenUnix(path)
	} else {
		listener, err = listenTCP(o)
	}
	if err != nil {
		return fmt.Errorf("traceagent: Options.Addr %q: %w", o.Addr, err)
	}
	listener = &limitListener{Listener: listener, places: make(chan struct{}, connections)}
	if o.TLS != nil {
		config := o.TLS.Clone()
		config.NextProtos = []string{"http/1.1"}
		listener = tls.NewListener(listener, config)
	}
	a.listener = listener
	return nil
}

var errOpen = errors.New("everyone on the network could use it: set Options.Token, or Options.TLS with ClientAuth = tls.RequireAndVerifyClientCert, or listen on 127.0.0.1 or on a unix socket")

func listenTCP(o Options) (net.Listener, error) {
	addr, err := net.ResolveTCPAddr("tcp", o.Addr)
	if err != nil {
		return nil, err
	}
	if !addr.IP.IsLoopback() {
		certified := o.TLS != nil && o.TLS.ClientAuth == tls.RequireAndVerifyClientCert
		if o.Token == "" && !certified {
			return nil, errOpen
		}
		if o.TLS == nil {
			o.Logger.Warn("traceagent: the token crosses the network as plain text: set Options.TLS", "addr", o.Addr)
		}
	}
	// The address that was checked, not the name, which may mean another one next time.
	return net.ListenTCP("tcp", addr)
}

// listenUnix listens on a socket that only this user may open. A socket that a killed
// process left behind is replaced.
func listenUnix(path string) (net.Listener, error) {
	if path = filepath.Clean(path); path == "." || strings.HasPrefix(path, "@") {
		return nil, errors.New("it must be the path of a file: file permissions keep others out")
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == os.ModeSocket {
		if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
			conn.Close()
			return nil, errors.New("another process listens there")
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		listener.Close()
		return nil, err
	}
	return listener, nil
}

// limitListener closes connections at once while there are as many as places. So clients
// cannot use up the file descriptors of the process.
type limitListener struct {
	net.Listener
	places chan struct{}
}

func (l *limitListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.places <- struct{}{}:
			return &limitConn{Conn: conn, leave: func() { <-l.places }}, nil
		default:
			conn.Close()
		}
	}
}

type limitConn struct {
	net.Conn
	once  sync.Once
	leave func()
}

func (c *limitConn) Close() error {
	defer c.once.Do(c.leave)
	return c.Conn.Close()
}

// gotrace:end listen
