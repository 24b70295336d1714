/** `gotrace requests` of a server that gives back its calls while it runs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withTree } from "../support/calltrace/give-back.js";
import { ownTrace } from "./own-trace.js";
import { filesOn, gotrace, temporaryDirectory } from "./support.js";

/** Its client sends as many requests as the argument says, and waits for a reader that could give back 20 MiB. */
const server = filesOn({
  "go.mod": "module shop\n\ngo 1.21\n",
  "trace.go": ownTrace,
  "main.go": `package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
)

//go:noinline
func price(n int) int { return n + 1 }

func total(n int) (sum int) {
	for i := 0; i < n; i++ {
		sum += price(i)
	}
	return sum
}

func get(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, total(20000)) }

func put(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, total(30000)) }

func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer record(r)
		next.ServeHTTP(w, r)
	})
}

func record(r *http.Request) {}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/item", get)
	mux.HandleFunc("/cart", put)
	server := httptest.NewServer(logged(mux))
	requests, _ := strconv.Atoi(os.Args[1])
	wait := reader(20 << 20)
	for i := 0; i < requests; i++ {
		path := []string{"/cart", "/item", "/item"}[i%3]
		response, err := http.Get(server.URL + path)
		if err != nil {
			panic(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		wait()
	}
}
`,
});

interface Requests {
  readonly statements: readonly string[];
  readonly roots: readonly { readonly function: string; readonly requests: number; readonly mean_ns: number }[];
}

test.runIf(process.platform === "linux")("its requests are there at its end, and later, by handler", () => {
  const env = { ...process.env, GOTRACE_CACHE: temporaryDirectory(), GOTRACE_KEEP_SIZE: "1MiB" };
  const run = gotrace(["requests", "--max-trace-size", "32MiB", ".", "210"], { cwd: server, env });
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toMatch(/^ +70 .* main\.put$/m);
  expect(run.stdout).toMatch(/^ +140 .* main\.get$/m);
  expect(run.stdout).toMatch(/given back: [\d.]+ MiB of calls; --save FILE keeps them/);
  const later = gotrace(["requests"], { cwd: server, env });
  expect(later.stdout).toBe(run.stdout);
});

test("what is collected while a server runs is what its calls say", () => {
  const cwd = temporaryDirectory();
  const env = { ...process.env, GOTRACE_CACHE: temporaryDirectory() };
  const kept = join(cwd, "kept.gotrace");
  const run = gotrace(["run", "--save", kept, ".", "30"], { cwd: server, env });
  expect(run.code, run.stderr).toBe(0);
  writeFileSync(join(cwd, "left.gotrace"), withTree(readFileSync(kept), undefined, { collectsDurations: true }));
  const [whole, left] = ["kept.gotrace", "left.gotrace"].map((file) => {
    const { stdout, stderr } = gotrace(["requests", "--format", "json", "--slowest", "30", file], { cwd, env });
    expect(stderr).toBe("");
    const { statements, ...requests } = JSON.parse(stdout) as Requests;
    return { statements, requests };
  });
  expect(left.requests).toEqual(whole.requests);
  expect(whole.requests.roots.map(({ function: name, requests }) => `${name} ×${requests}`).sort()).toEqual([
    "main.get ×20",
    "main.put ×10",
  ]);
  expect(left.statements.join("\n")).toContain("given back");
});
