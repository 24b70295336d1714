import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { traceKindOf } from "../../src/cli/trace-kind.js";
import { scripted } from "../calltree/script.js";

const directory = mkdtempSync(join(tmpdir(), "gotrace-kind-"));
afterAll(() => rmSync(directory, { recursive: true }));

function kindOf(content: string | Uint8Array) {
  const path = join(directory, "trace");
  writeFileSync(path, content);
  return traceKindOf(path);
}

test("the first bytes of a file tell which kind of trace it is", () => {
  expect(kindOf(scripted("0 g1 { main.main\n1 g1 }"))).toBe("calls");
  // A trace of any release; the reader decides whether it can read it.
  expect(kindOf("go 1.26 trace\0\0\0")).toBe("execution");
  expect(kindOf("go 1.5 trace\0\0\0\0more")).toBe("execution");
  expect(kindOf("go 1.26 is a release")).toBe(undefined);
  expect(kindOf("")).toBe(undefined);
});

test("directories hold call traces, and nothing is no trace", () => {
  expect(traceKindOf(directory)).toBe("calls");
  expect(traceKindOf(join(directory, "missing"))).toBe(undefined);
});
