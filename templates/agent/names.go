package traceagent

// gotrace:begin names

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Snapshots are named TIME-PID-N-REASON.trace. The time is UTC and of fixed width, so
// names sort by time.
const nameTime = "20060102T150405.000000000Z"

var namePattern = regexp.MustCompile(`^(\d{8}T\d{6}\.\d{9}Z)-\d+-\d+-([a-z0-9.-]{1,64})\.trace$`)

// namer makes names.
type namer struct {
	mu     sync.Mutex
	latest time.Time
	number int
}

// snapshotNames makes the names of all agents in the process.
var snapshotNames namer

// name returns a name that sorts behind all earlier ones, even if the clock was set back.
func (s *namer) name(now time.Time, reason string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now = now.Round(0) // by the calendar
	if !now.After(s.latest) {
		now = s.latest.Add(time.Nanosecond)
	}
	s.latest = now
	s.number++
	return fmt.Sprintf("%s-%d-%d-%s.trace", now.UTC().Format(nameTime), os.Getpid(), s.number, cleanReason(reason))
}

// cleanReason makes a reason fit for a file name: up to 64 of a-z, 0-9, "." and "-".
func cleanReason(reason string) string {
	words := strings.FieldsFunc(strings.ToLower(reason), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.'
	})
	clean := strings.Join(words, "-")
	if len(clean) > 64 {
		clean = clean[:64]
	}
	if clean == "" {
		return "snapshot"
	}
	return clean
}

// parseName returns what a snapshot's name says.
func parseName(name string) (at time.Time, reason string, ok bool) {
	parts := namePattern.FindStringSubmatch(name)
	if parts == nil {
		return time.Time{}, "", false
	}
	at, err := time.Parse(nameTime, parts[1])
	return at, parts[2], err == nil
}

// fileName returns a name for what a client captures now.
func fileName(now time.Time, ending string) string {
	return fmt.Sprintf("%s-%d.%s", now.UTC().Format(nameTime), os.Getpid(), ending)
}

// attach makes a response a file, whose name needs no quoting.
func attach(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Connection", "close") // its deadlines are not those of the next request
}

// gotrace:end names
