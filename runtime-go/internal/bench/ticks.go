//go:build amd64 || arm64
// +build amd64 arm64

package main

// rawPair reads the time-stamp counter twice.
func rawPair() uint64
