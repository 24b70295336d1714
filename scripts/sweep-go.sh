#!/bin/sh
# scripts/sweep-go.sh [release…]: runs the end-to-end tests, the tests of the runtime module (vet, plain, with the race
# detector, and in portable mode) and those of the package for production under several Go releases, named as for GOTOOLCHAIN
# (go1.23.12, or local); by default the last release of each supported version. Go downloads missing releases. Prints a line
# for each release, followed by its failures. Exits with 1 if anything failed.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- go1.21.13 go1.22.12 go1.23.12 go1.24.13 go1.25.9 go1.26.8
PATH="$PATH:/usr/local/go/bin"
sh scripts/setup >&2
logs=$(mktemp -d)
status=0

# check NAME COMMAND…: runs the command with its output in a file of that name, adds how it went to $results, $failures.
check() {
  log="$logs/$release-$1"
  name=$1
  shift
  if "$@" >"$log" 2>&1; then
    results="$results, $name ok"
    return
  fi
  results="$results, $name FAILED"
  failures="$failures$(sed -n -E -e 's/^ *(--- )?FAIL:? +/  /p' "$log" | sort -u)
  output: $log
"
  status=1
}

for release; do
  export GOTOOLCHAIN="$release"
  if ! version=$(go env GOVERSION 2>"$logs/$release"); then
    echo "$release: not available: $(tail -n 1 "$logs/$release")"
    status=1
    continue
  fi
  results=
  failures=
  started=$(date +%s)
  check e2e env NO_COLOR=1 npx vitest run test/e2e
  check vet go -C runtime-go vet ./...
  check runtime go -C runtime-go test -count=1 ./...
  check race go -C runtime-go test -count=1 -race ./...
  check portable go -C runtime-go test -count=1 -tags gotrace_portable ./...
  check agent env GODEBUG=httpmuxgo121=0 go -C templates/agent test -count=1 -race -vet=all .
  echo "$version: ${results#, } ($(($(date +%s) - started)) s)"
  printf %s "$failures"
done

[ $status != 0 ] || rm -rf "$logs"
exit $status
