//go:build !amd64 && !arm64
// +build !amd64,!arm64

package main

import "time"

func rawPair() uint64 { return uint64(time.Since(start)) - uint64(time.Since(start)) }

var start = time.Now()
