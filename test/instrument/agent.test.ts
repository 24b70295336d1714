import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { instrument } from "./helpers.js";

const names = (text: string) => instrument(text).skipped.map(({ name, reason }) => `${name}: ${reason}`);

test("code between the agent's marks gets hooks only at comments that ask for a snapshot; the user's code around it does", () => {
  const text = `package agent

func mine() {}

// gotrace:begin calls sha256=0123456789abcdef

func (a *Agent) serve() { go func() { use() }() }

func callSnapshot() (path string) {
	//gotrace:dump path
	return path
}

// gotrace:end calls

func too() { go mine() }
`;
  const result = instrument(text);
  expect(names(text)).toEqual([
    "(*Agent).serve: of gotrace's agent",
    "(*Agent).serve.func1: of gotrace's agent",
    "callSnapshot: of gotrace's agent",
  ]);
  const without = instrument(text.replaceAll("gotrace:begin", "begin"));
  expect(without.skipped).toEqual([]);
  expect(result.text).toContain("DumpNow");
  expect(result.functions).toBe(without.functions - 3);
});

test("of the agent as it is written, no function is traced, and the snapshot of calls is taken", () => {
  const directory = new URL("../../templates/agent/", import.meta.url);
  const rewritten = (file: string) => instrument(readFileSync(new URL(file, directory), "utf8"));
  const files = ["agent.go", "requests.go", "capture.go", "calls.go"].map(rewritten);
  expect(files.map(({ functions }) => functions)).toEqual([0, 0, 0, 0]);
  expect(files[3].text).toContain("DumpNow");
});
