package main

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
)

// tlsFrom reads the server's certificate. If there is an authority for clients, they need a certificate of it.
func tlsFrom(dir string) *tls.Config {
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"))
	if err != nil {
		fail(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}}
	if authority, err := os.ReadFile(filepath.Join(dir, "ca.crt")); err == nil {
		config.ClientAuth = tls.RequireAndVerifyClientCert
		config.ClientCAs = x509.NewCertPool()
		config.ClientCAs.AppendCertsFromPEM(authority)
	}
	return config
}
