/**
 * A test owns everything that happens on its behalf, on any goroutine; subtests have the names that t.Run gives them.
 */

import { beforeAll, expect, test } from "vitest";
import { filesOn, gotrace, type Node, type Result } from "./support.js";

const module = {
  "go.mod": "module example.com/own\n\ngo 1.21\n",
  // Stands for modules that are not traced.
  "pool/pool.go": `package pool

var work chan func()

// Chain runs f on a goroutine that a goroutine started which waits for it.
func Chain(f func()) {
	done := make(chan bool)
	go func() {
		inner := make(chan bool)
		go func() { f(); close(inner) }()
		<-inner
		close(done)
	}()
	<-done
}

func Start() {
	work = make(chan func())
	go func() {
		for f := range work {
			f()
		}
	}()
}

func Run(f func()) {
	done := make(chan bool)
	work <- func() { f(); close(done) }
	<-done
}

func init() { Start() }
`,
  "own.go": `package own

func Query() {}
func Hook()  {}
func Pooled() {}
func Never() {}
`,
  "own_test.go": `package own

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	testing2 "testing"
	"time"

	"example.com/own/pool"
)

func dial(ctx context.Context, network, address string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, address)
}

func client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: dial}}
}

// The transport calls Hook on a goroutine that outlives the one which dialled.
func get(c *http.Client, url string) {
	trace := &httptrace.ClientTrace{GotFirstResponseByte: func() { Hook() }}
	req, _ := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), "GET", url, nil)
	r, err := c.Do(req)
	if err != nil {
		panic(err)
	}
	r.Body.Close()
}

func handle(w http.ResponseWriter, r *http.Request) { Query() }

func TestServer(t *testing2.T) {
	ts := httptest.NewServer(http.HandlerFunc(handle))
	defer ts.Close()
	for i := 0; i < 5; i++ {
		get(client(), ts.URL)
	}
}

func TestParallel(t *testing2.T) {
	ts := httptest.NewServer(http.HandlerFunc(handle))
	t.Cleanup(func() { ts.Close(); Query() })
	for i := 0; i < 3; i++ {
		t.Run("a sub/test", func(_ *testing2.T) {
			get(client(), ts.URL)
		})
	}
	t.Run("later", func(t *testing2.T) {
		t.Parallel()
		get(client(), ts.URL)
	})
}

func TestTimers(*testing2.T) {
	done := make(chan bool)
	time.AfterFunc(time.Millisecond, func() { Query(); close(done) })
	<-done
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	done = make(chan bool)
	context.AfterFunc(ctx, func() { Query(); close(done) })
	<-done
}

func TestChain(t *testing2.T) {
	pool.Chain(func() { Query() })
	helper(nil)
	go helper(t)
}

func helper(t *testing2.T) {}

func TestPool(t *testing2.T) { pool.Run(func() { Pooled() }) }

func FuzzAdd(f *testing2.F) {
	f.Add(1)
	f.Fuzz(func(t *testing2.T, n int) { Query() })
}
`,
};

const cwd = filesOn(module);
let ran: Result;

beforeAll(() => {
  ran = gotrace(["test", "--exclude", "./pool", "--save", "own.gotrace", "."], { cwd });
});

interface Named extends Node {
  readonly test?: string;
  readonly children: readonly Named[];
}

/** Paths of a function's nodes, with the tests that goroutines run. */
function paths(nodes: readonly Named[], name: string, above = ""): string[] {
  return nodes.flatMap((node) => {
    const path = `${above}${node.name.replace("example.com/own.", "")}${node.test ? ` [${node.test}]` : ""}`;
    return [
      ...(node.name.endsWith(`.${name}`) ? [`${path} ×${node.calls}`] : []),
      ...paths(node.children, name, `${path} > `),
    ];
  });
}

const tree = () => JSON.parse(gotrace(["report", "--format", "json", "own.gotrace"], { cwd }).stdout) as Named[];
const asserted = (...texts: string[]) =>
  gotrace(["report", "-o", "/dev/null", ...texts.flatMap((text) => ["--assert", text]), "own.gotrace"], { cwd });

test("servers, clients, timers, contexts, chains, cleanup: all stand under their test", () => {
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
  const roots = (name: string) => [...new Set(paths(tree(), name).map((path) => /^\w+/.exec(path)![0]))].sort();
  expect(roots("handle")).toEqual(["TestParallel", "TestServer"]);
  expect(roots("get.func1")).toEqual(["TestParallel", "TestServer"]);
  expect(roots("Query")).toEqual(["FuzzAdd", "TestChain", "TestParallel", "TestServer", "TestTimers"]);
  const own = asserted(
    "TestServer: own.Query.calls == 5",
    "TestServer: own.Hook.calls == 5",
    "TestParallel: own.Query.calls == 5",
    "TestTimers: own.Query.calls == 2",
    "TestChain: own.Query.calls == 1",
    "FuzzAdd: own.Query.calls == 1",
    "TestServer: own.Never.calls == 0",
  );
  expect(own).toMatchObject({ code: 0, stderr: "" });
});

test("what belongs to no test is named", () => {
  const { code, stderr } = asserted("TestPool: own.Pooled.calls <= 1");
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^gotrace: assertion TestPool: own\.Pooled\.calls <= 1: 1 call of own\.Pooled belongs to no test\n {2}1×, \S+: go~ own\.TestPool\.func1 > own\.Pooled\n$/,
  );
});

test("subtests are known by the names that t.Run gave them", () => {
  const subtests = paths(tree(), "TestParallel.func2").map((path) => path.replace(/ ×1$/, ""));
  expect(new Set(subtests)).toEqual(
    new Set(
      ["", "#01", "#02"].map((n) => `TestParallel [TestParallel] > TestParallel.func2 [TestParallel/a_sub/test${n}]`),
    ),
  );
  expect(
    asserted("TestParallel/a sub/test: own.get.calls == 1", "TestParallel/later: own.get.calls == 1"),
  ).toMatchObject({
    code: 0,
    stderr: "",
  });
  expect(asserted("TestParallel/latr: own.get.calls == 1")).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/no test has that name; did you mean TestParallel\/later\?/),
  });
  const chosen = gotrace(["report", "--test", "Parallel/later", "own.gotrace"], { cwd }).stdout;
  expect(chosen).toMatch(/go~ own\.TestParallel\.func3 \[TestParallel\/later\]/);
  expect(chosen).not.toMatch(/a_sub/);
  expect(chosen).toMatch(/left out by --test Parallel\/later: \d+ calls/);
});

test("with -cover too", () => {
  const { code, stdout } = gotrace(["test", "-cover", "--exclude", "./pool", "--test", "Parallel/later", "."], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/\[TestParallel\/later\]/);
});
