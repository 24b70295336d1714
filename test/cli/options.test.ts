import { expect, test } from "vitest";
import { parseSize } from "../../src/base/quantity.js";
import { packageFilter, packagePattern } from "../../src/build/package-patterns.js";
import { STATES } from "../../src/calltree/index.js";
import { type ParsedFlags, parseFlags } from "../../src/cli/flags/parse.js";
import { reportOptions, selectOptions } from "../../src/cli/flags/report.js";
import { recordOptions } from "../../src/cli/flags/run.js";
import { recordFlags, selectFlags, treeFlags } from "../../src/cli/flags/tables.js";
import { duration, parsePattern } from "../../src/cli/flags/values.js";

const given = (...words: string[]): ParsedFlags =>
  parseFlags("report", [{ name: "min", value: "DURATION", help: "" }, ...selectFlags], words);

test("durations as Go writes them", () => {
  const parseDuration = (text: string) => duration(given(`--min=${text}`), "min", 0);
  expect(duration(given(), "min", 7)).toBe(7);
  expect(parseDuration("1ms")).toBe(1e6);
  expect(parseDuration("1.5s")).toBe(1.5e9);
  expect(parseDuration("1h2m3s")).toBe(3723e9);
  expect(parseDuration("500us")).toBe(5e5);
  expect(parseDuration("0")).toBe(0);
  for (const bad of ["", "1", "ms", "1 ms", "1x", "-1ms"]) {
    expect(() => parseDuration(bad), bad).toThrow(expect.objectContaining({ code: 64 }));
  }
});

test("patterns are Go's, or errors that say how to spell them", () => {
  expect(parsePattern("(?i)DB\\.query", "--focus").test("db.Query")).toBe(true);
  expect(parsePattern("main\\.\\(\\*Server\\)", "--focus").test("main.(*Server).Start")).toBe(true);
  expect(parsePattern("a\\-b", "--focus").test("a-b")).toBe(true);
  expect(() => parsePattern("main.(*Server", "--focus")).toThrow(expect.objectContaining({ code: 64 }));
});

test("what to show", () => {
  expect(selectOptions(given())).toEqual({ minimum: 0 });
  expect(selectOptions(given("--from", "1s", "--to=2s", "--goroutine", "1,7", "--goroutine=9"))).toEqual({
    ...{ minimum: 0, from: 1e9, to: 2e9, goroutines: [1, 7, 9] },
  });
  expect(selectOptions(given("--call=4711:18.34"))).toEqual({ minimum: 0, call: { pid: 4711, goid: 18, number: 34 } });
  for (const bad of [["--from=2s", "--to=1s"], ["--goroutine=main"], ["--call=18"], ["--hide=("], ["--to=soon"]]) {
    expect(() => selectOptions(given(...bad)), bad.join(" ")).toThrow(expect.objectContaining({ code: 64 }));
  }
});

test("the states to measure by", () => {
  const by = (...words: string[]) => {
    const options = reportOptions(parseFlags("report", treeFlags, words));
    expect(options.tree.by).toEqual(options.by);
    return options.by?.map((state) => STATES[state]);
  };
  expect(by()).toBeUndefined();
  expect(by("--by=wait,lock", "--by", "lock")).toEqual(["lock", "wait"]);
  expect(by("--by", "off-cpu")).toEqual(STATES.filter((name) => name !== "running" && name !== "unknown"));
  for (const bad of [["--by=lokc"], ["--by="], ["--by=,"], ["--by=lock", "--no-merge"]]) {
    expect(() => by(...bad), bad.join(" ")).toThrow(expect.objectContaining({ code: 64 }));
  }
});

test("sizes", () => {
  expect(parseSize("512MiB", "--max-trace-size")).toBe(512 << 20);
  expect(parseSize("2G", "--max-trace-size")).toBe(2 ** 31);
  expect(parseSize("1.5gb", "--max-trace-size")).toBe(1.5 * 2 ** 30);
  expect(parseSize("1048576", "--max-trace-size")).toBe(1 << 20);
  for (const bad of ["", "big", "1023k", "-5G"]) {
    expect(() => parseSize(bad, "--max-trace-size"), bad).toThrow(expect.objectContaining({ code: 64 }));
  }
});

const at = (importPath: string) => ({ importPath, dir: importPath.replace(/^myapp/, "/src/app") });

test("package patterns", () => {
  const matches = (pattern: string, path: string) => packagePattern(pattern, "/src/app")(at(path));
  expect(matches("myapp/internal/*", "myapp/internal/db")).toBe(true);
  expect(matches("myapp/internal/*", "myapp/internal/db/sql")).toBe(false);
  expect(matches("myapp/internal/...", "myapp/internal/db/sql")).toBe(true);
  expect(matches("myapp/internal/...", "myapp/internal")).toBe(true);
  expect(matches("myapp/internal/...", "myapp/internals")).toBe(false);
  expect(matches("./internal/...", "myapp/internal/db")).toBe(true);
  expect(matches("./...", "myapp")).toBe(true);
  expect(matches(".", "myapp")).toBe(true);
  expect(matches("./cmd", "myapp/cmd")).toBe(true);
  expect(matches("./cmd", "myapp/cmd/x")).toBe(false);
  expect(matches("my.pp", "myapp")).toBe(false);
  expect(matches("...", "anything/at/all")).toBe(true);
});

test("include narrows, exclude removes", () => {
  const filter = packageFilter(["myapp/..."], ["myapp/gen"], "/src/app");
  expect(filter.accepts(at("myapp/gen"))).toBe(false);
  expect(filter.accepts(at("myapp/db"))).toBe(true);
  expect(filter.accepts(at("other"))).toBe(false);
  expect(packageFilter([], [], "/").accepts(at("other"))).toBe(true);
});

test("how much a program records, as its environment", () => {
  const variables = (...words: string[]) => recordOptions(parseFlags("run", recordFlags, words)).recorder;
  expect(variables()).toEqual({});
  expect(variables("--ring", "256MiB")).toEqual({ GOTRACE_RING: String(256 << 20) });
  expect(variables("--last=1m30s", "--ring=1GiB")).toEqual({ GOTRACE_RING: `90000000000ns,${2 ** 30}` });
  expect(variables("--last=30s", "--max-trace-size=1GiB")).toEqual({ GOTRACE_RING: "30000000000ns" });
  expect(variables("--no-record", "codec\\.", "--record=Main$", "--no-record=x")).toEqual({
    GOTRACE_RECORD: "-codec\\.;+Main$;-x",
  });
  const pointer = String.raw`^main\.\(\*?Server\)\.(?:Get|Put\d{1,2})[^.]*$`;
  expect(variables("--record", pointer)).toEqual({ GOTRACE_RECORD: `+${pointer}` });
  expect(variables("--record-min=10us", "--record-depth=20", "--paused")).toEqual({
    ...{ GOTRACE_RECORD_MIN: "10000ns", GOTRACE_RECORD_DEPTH: "20", GOTRACE_START: "paused" },
  });
  const calls = parseFlags("calls", [{ name: "last", value: "N", help: "" }], ["--last=3"]);
  expect(recordOptions(calls, ["last"]).recorder).toEqual({});
  for (const bad of [
    ["--ring=30s"],
    ["--ring=1KiB"],
    ["--last=0"],
    ["--last=256MiB"],
    ["--ring=1GiB", "--max-trace-size=2GiB"],
    ["--record=("],
    ["--record=a;b"],
    ["--record=(?i)main"],
    ["--record=\\p{L}"],
    ["--record=a*?"],
    ["--no-record="],
    [`--record=${"x".repeat(640)}`],
    ["--record-min=0"],
    ["--record-depth=0"],
    ["--record-depth=1.5"],
  ]) {
    expect(() => variables(...bad), bad.join(" ")).toThrow(expect.objectContaining({ code: 64 }));
  }
});

test("when a program writes snapshots, as its environment", () => {
  const variables = (...words: string[]) => recordOptions(parseFlags("run", recordFlags, words)).dumps.variables;
  const when = (...conditions: string[]) =>
    variables(...conditions.map((condition) => `--dump-when=${condition}`)).GOTRACE_DUMP_WHEN;
  expect(variables("--dump-dir=x")).toEqual({});
  expect(variables("--dump-every=1m30s", "--dump-keep=3", "--dump-size=1GiB")).toEqual({
    ...{ GOTRACE_DUMP_EVERY: "90000000000ns", GOTRACE_DUMP_KEEP: "3", GOTRACE_DUMP_SIZE: String(2 ** 30) },
  });
  expect(when("api.(*Server).ServeHTTP.time>=500ms", " panic ", "signal:usr2", "exit")).toBe(
    "api.(*Server).ServeHTTP.time > 500ms; panic; signal:SIGUSR2; exit",
  );
  expect(when("/^db\\..*>/.time > 1.5s", "db.Map[...].panics > 0", "q.panics>=1", "q.panics")).toBe(
    "/^db\\..*>/.time > 1.5s; db.Map[...].panics; q.panics; q.panics",
  );
  expect(when("a.b.time > 1m30s", "a.b.time > .5ms")).toBe("a.b.time > 90000000000ns; a.b.time > 500000ns");
  for (const [bad, advice] of [
    ["db.Query.tme > 5ms", "did you mean time?"],
    ["db.Query.p99 > 5ms", "--assert checks other measures, after the run"],
    ["db.Query.lock > 5ms", "add --states"],
    ["db.Query.lock < 5ms", "use >, as in 'db.Query.lock > 5ms'"],
    ["db.Query.unknown > 5ms", "use running, runnable, lock"],
    ["db.Query.lok > 5ms", "did you mean lock?"],
    ["db.Query.lock.p99 > 5ms", "--assert checks other measures"],
    ["lock > 5ms", "write 'db.Query.time > 5ms'"],
    ["db.Query.time < 5ms", "use >, as in 'db.Query.time > 5ms'"],
    ["db.Query.time == 5ms", "use >"],
    ["db.Query.time > 5", "a duration such as"],
    ["db.Query.time > 0", "a duration such as"],
    ["db.Query.time", "write 'db.Query.time > 5ms'"],
    ["db.Query.panics > 1", "write 'db.Query.panics'"],
    ["db.Query", "use time, panics or a state"],
    ["panics", "write 'db.Query.time > 5ms'"],
    ["signal:SIGTERM", "SIGUSR1 or signal:SIGUSR2"],
    ["a.time > 1ms; b.time > 1ms", "repeat --dump-when"],
    ["/(?i)x/.time > 1ms", "a plain expression"],
    ["/(/.time > 1ms", "backslash"],
  ]) {
    expect(() => when(bad), bad).toThrow(
      expect.objectContaining({ code: 64, advice: expect.stringContaining(advice) }),
    );
  }
  expect(() => when(...Array.from({ length: 17 }, (_, n) => `f${n}.panics`))).toThrow(/16 conditions/);
  expect(() => variables("--dump-keep=0")).toThrow(expect.objectContaining({ code: 64 }));
  expect(variables("--dump-when=panic", "--states").GOTRACE_DUMP_WHEN).toBe("panic");
  const ofStates = ["--dump-when=/^db/.off-cpu >= 1m30s", "--dump-when=db.Query.lock>5ms"];
  expect(variables("--states", ...ofStates).GOTRACE_DUMP_WHEN).toBe(
    "/^db/.off-cpu > 90000000000ns; db.Query.lock > 5ms",
  );
});
