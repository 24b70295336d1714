/** Who made whom wait, in a real program whose waits are known by construction. */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { filesOn, gotrace, temporaryDirectory } from "./support.js";

const program = filesOn({
  "go.mod": "module waits\n\ngo 1.22\n",
  "main.go": `package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"time"
)

func serve(w http.ResponseWriter, r *http.Request) {
	time.Sleep(100 * time.Millisecond)
	io.WriteString(w, "done")
}

func fetch(url string) {
	r, err := http.Get(url)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
}

func timeout() {
	select {
	case <-make(chan int):
	case <-time.After(100 * time.Millisecond):
	}
}

func crunch(w *sync.WaitGroup) {
	defer w.Done()
	for end := time.Now().Add(20 * time.Millisecond); time.Now().Before(end); {
	}
}

func main() {
	runtime.GOMAXPROCS(2)
	s := httptest.NewServer(http.HandlerFunc(serve))
	fetch(s.URL)
	s.Close()
	timeout()
	var w sync.WaitGroup
	for i := 0; i < 6; i++ {
		w.Add(1)
		go crunch(&w)
	}
	w.Wait()
}
`,
});

interface Wait {
  readonly state: string;
  readonly reason?: string;
  readonly ended_by: readonly string[] | null;
  readonly through?: readonly string[];
  readonly cause?: string;
  readonly before_first_call?: boolean;
  readonly total_ns: number;
}
interface Node {
  readonly name: string;
  readonly self_states: Readonly<Record<string, number>>;
  readonly reasons?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly ready_to_start_ns?: number;
  readonly waits?: readonly Wait[];
  readonly children: readonly Node[];
}

const nodes = new Map<string, Node>();
const trace = join(temporaryDirectory(), "waits.gotrace");
let tree = "";

beforeAll(() => {
  const run = gotrace(["run", "--states", "--save", trace, "."], { cwd: program });
  expect(run.code).toBe(0);
  tree = run.stdout;
  const collect = (list: readonly Node[]): void => {
    for (const node of list) {
      nodes.set(node.name, node);
      collect(node.children);
    }
  };
  collect(JSON.parse(gotrace(["report", "--format", "json", trace], { cwd: program }).stdout));
});

/** The waits of a function for one state, longest first. */
function waits(name: string, state: string): readonly Wait[] {
  return (nodes.get(name)?.waits ?? []).filter((wait) => wait.state === state);
}

test("a caller of net/http waits for the goroutine that reads the connection, which waits for the network", () => {
  const through = ["net/http.(*persistConn).readLoop"];
  const read = { reason: "select", ended_by: null, through, cause: "network" };
  expect(waits("main.fetch", "select")).toContainEqual(expect.objectContaining(read));
  expect(tree).toContain("readLoop, which waited for the network");
});

test("a timer ends a select that times out", () => {
  expect(waits("main.timeout", "select")).toMatchObject([{ ended_by: null, cause: "timer" }]);
  expect(nodes.get("main.timeout")?.reasons).toHaveProperty("select.select");
});

test("on two processors six goroutines wait for one another; what each waits for adds up", () => {
  const crunch = nodes.get("main.crunch")!;
  const ready = waits("main.crunch", "runnable");
  const sum = (list: readonly Wait[]) => list.reduce((all, wait) => all + wait.total_ns, 0);
  const start = ready.filter((wait) => wait.before_first_call);
  expect(sum(start)).toBe(crunch.ready_to_start_ns);
  const later = ready.filter((wait) => !wait.before_first_call);
  const known = crunch.self_states.runnable_ns ?? 0;
  expect(Math.abs(sum(later) - known)).toBeLessThanOrEqual(Math.max(1e6, 0.05 * known));
  const culprits = new Set(ready.flatMap(({ ended_by, cause }) => ended_by?.at(-1) ?? cause ?? ""));
  expect([...culprits]).toContain("go main.crunch");
  const allowed = ["go main.crunch", "main.main", "idle processor", "running", "stop the world", "scheduler"];
  expect([...culprits].filter((one) => !allowed.includes(one))).toEqual([]);
});
