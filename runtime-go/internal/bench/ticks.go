//go:build amd64 || arm64
// +build amd64 arm64

package main

// The floor of the measurements: two reads of the time-stamp counter.

// rawPair reads the time-stamp counter twice.
func rawPair() uint64
