/** `gotrace requests` after `run` and `test`, which suggest it when a server handled requests. */
import { beforeAll, describe, expect, test } from "vitest";
import { filesOn, gotrace, temporaryDirectory } from "./support.js";

const cwd = filesOn({
  "go.mod": "module example.com/shop\n\ngo 1.22\n",
  "main.go": `package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime/trace"
	"time"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(handle))
	defer server.Close()
	for i := 0; i < 3; i++ {
		get(server.URL)
	}
	for i := 0; i < 2; i++ {
		job(context.Background())
	}
}

func get(url string) {
	response, err := http.Get(url)
	if err != nil {
		panic(err)
	}
	response.Body.Close()
}

func handle(w http.ResponseWriter, r *http.Request) {
	done := make(chan bool)
	go price(done)
	<-done
	fmt.Fprintln(w, "ok")
}

func price(done chan bool) {
	time.Sleep(time.Millisecond)
	done <- true
}

func job(ctx context.Context) {
	_, task := trace.NewTask(ctx, "import")
	defer task.End()
	read()
	store()
}

func read()  { time.Sleep(time.Millisecond) }
func store() {}

func unused() {}
`,
  "main_test.go": `package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestHandle(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(handle))
	defer server.Close()
	get(server.URL)
}

func TestRead(t *testing.T) { read() }
`,
});
const env = { GOTRACE_CACHE: temporaryDirectory() };

interface Requests {
  readonly requests: number;
  readonly roots: readonly { readonly function?: string; readonly task?: string; readonly requests: number }[];
}

const requests = (...words: string[]) => gotrace(["requests", ...words], { cwd, env });
const roots = (...words: string[]) => {
  const { code, stdout, stderr } = requests("--format", "json", ...words);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as Requests).roots.map((root) => `${root.function ?? root.task} ×${root.requests}`);
};

test("tests: the handlers that they call, and without states no word of requests", () => {
  const plain = gotrace(["test", "-run", "TestRead", "."], { cwd, env });
  expect(plain.stdout).toMatch(/\nnext: gotrace stats · /);
  expect(gotrace(["test", "--states", "."], { cwd, env }).stdout).toMatch(
    /\nnext: gotrace requests · gotrace stats · /,
  );
  expect(roots()).toEqual(["example.com/shop.handle ×1"]);
});

test("calls of a program that is run for them, with states", () => {
  const run = gotrace(["calls", "--states", "--format", "json", "main.price", "."], { cwd, env });
  expect(run.code, run.stderr).toBe(0);
  const { calls } = JSON.parse(run.stdout) as { calls: { id: string; states: Record<string, number> }[] };
  expect(calls).toHaveLength(3);
  for (const { states } of calls) expect(states.sleep_ns).toBeGreaterThanOrEqual(1e6);
  const apart = gotrace(["calls", "--exec-trace", "x.trace", "main.price", "."], { cwd, env });
  expect(apart).toMatchObject({ code: 64, stdout: "" });
  expect(apart.stderr).toContain("--states records an execution trace");
});

describe("after a run", () => {
  beforeAll(() => {
    const run = gotrace(["run", "--states", "."], { cwd, env });
    expect(run.stdout).toMatch(/\nnext: gotrace requests · gotrace stats · gotrace calls FUNC · gotrace view\n$/);
  });

  test("requests of the last run", () => {
    expect(roots()).toEqual(["main.handle ×3"]);
    expect(requests().stdout).toMatch(/The slowest of 3 requests/);
  });

  test("the slowest with their trees; below a request stands how to see it alone, with what it started", () => {
    const { stdout } = requests("--slowest", "2");
    const [, ...trees] = stdout.split(/\n(?=\d+\.\d+ main\.handle, )/);
    expect(trees).toHaveLength(2);
    for (const tree of trees) {
      const [, id] = /^(\d+\.\d+) main\.handle, .*\ngotrace report --call \1\nTOTAL: /.exec(tree)!;
      expect(requests().stdout).toContain(`\n    gotrace report --call ${id}\n`);
      expect(tree).toMatch(/ main\.handle .*\n.* go main\.price /);
      expect(tree).toMatch(/\nCritical path, .*\n(.*\n)+.* sleep .* main\.price\n/);
    }
    const alone = gotrace(["report", "--call", trees[0].split(" ")[0]], { cwd, env }).stdout;
    expect(alone).toMatch(/ main\.handle .*\n.* go main\.price /);
    expect(alone).not.toContain("main.get");
    expect(gotrace(["calls", "--tree", "--slowest", "1", "main.price"], { cwd, env }).stdout).toMatch(
      /\n\d+\.\d+ main\.price, .*\n(.*\n)+.* go main\.price /,
    );
    const explained = JSON.parse(requests("--tree", "--slowest", "1", "--format", "json").stdout).slowest[0];
    const length = (path: { duration_ns: number }[]) => path.reduce((sum, { duration_ns }) => sum + duration_ns, 0);
    expect(length(explained.critical_path)).toBe(explained.duration_ns);
    expect(explained.started.goroutines).toBeGreaterThan(0);
    expect(JSON.parse(requests("--slowest", "1", "--format", "json").stdout).slowest[0].critical_path).toBeUndefined();
  });

  test("tasks of runtime/trace, by name; states say what they did", () => {
    expect(roots("--root", "task:import")).toEqual(["import ×2"]);
    const { stdout } = requests("--root", "task:import", "--format", "json");
    const [slowest] = JSON.parse(stdout).slowest;
    expect(slowest).toMatchObject({
      task: "import",
      id: expect.stringMatching(/^\d+\.\d+$/),
      function: "main.job",
      calls_beneath: 2,
      end: "return",
    });
    expect(slowest.states.sleep_ns).toBeGreaterThanOrEqual(1e6);
    expect(requests("--root", "task:imports").stderr).toMatch(/no task .* imports\n +did you mean import\?\n$/);
  });

  test("--root of a function without calls says the same as gotrace calls", () => {
    for (const name of ["main.unused", "main.handel", "main.nothing.like.it"]) {
      const said = requests("--root", name);
      expect(said).toMatchObject({ code: 66, stdout: "" });
      expect(said.stderr).toBe(gotrace(["calls", name], { cwd, env }).stderr);
    }
  });
});
