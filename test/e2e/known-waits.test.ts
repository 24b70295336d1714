/**
 * The states of calls whose waits are known by construction. The program bounds each wait itself, from both sides, so
 * that the bounds also hold on a busy machine.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readRecording, type StateClock } from "../../src/calltree/index.js";
import { joinStates } from "../../src/join/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { differences, type Wait } from "../support/known-waits.js";
import { gotrace, repository, temporaryDirectory } from "./support.js";

const directory = temporaryDirectory();
const trace = join(directory, "waits.gotrace");
const env = { CGO_ENABLED: "0" };
const cwd = join(repository, "testdata/states");

describe("waits that are known by construction", () => {
  let waits: readonly Wait[];

  beforeAll(() => {
    const { code, stdout, stderr } = gotrace(
      ["run", "--states", "--save", trace, "-o", join(directory, "tree.txt"), "./waits"],
      { cwd, env },
    );
    expect(code, stderr).toBe(0);
    waits = JSON.parse(stdout);
  });

  test("each state of each call is as long as the program found, within 5 % or 1 ms", () => {
    const { stdout } = gotrace(["stats", "--format", "json", trace], { cwd });
    expect(differences(waits, JSON.parse(stdout).functions)).toEqual([]);
    expect(waits.length).toBeGreaterThan(20);
  });

  test("a part of the time is also divided, although goroutines wait where it begins and ends", () => {
    const { code, stdout, stderr } = gotrace(["stats", "--format", "json", "--from", "150ms", "--to", "200ms", trace], {
      cwd,
    });
    expect(code, stderr).toBe(0);
    for (const { states, total_ns } of JSON.parse(stdout).functions) {
      expect(Object.values<number>(states).reduce((sum, part) => sum + part)).toBe(total_ns);
    }
  });

  test("the same execution trace a few milliseconds away, as if of a process that ran meanwhile, is found out", () => {
    const recording = readRecording(memorySource(readFileSync(trace)));
    const isPlausible = (shift: number) => {
      let clock: StateClock | undefined;
      const shifted = recording.withStates(({ info, execution }) => {
        const startNano = info.startNano + shift;
        clock = joinStates({ info: { ...info, startNano } }, execution!)!.clock;
        return clock;
      });
      shifted.visit({});
      return clock!.isPlausible;
    };
    expect([0, 7e6, 31e6, -12e6].map(isPlausible)).toEqual([true, false, false, false]);
  });
});
