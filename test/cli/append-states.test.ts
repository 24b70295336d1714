/** Execution traces beside call traces: found by readers, appended after a run, and saved with the calls. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openTrace } from "../../src/calltrace/index.js";
import { appendStates, dropAppended } from "../../src/cli/run/append-states.js";
import { saveBundle } from "../../src/cli/run/bundle.js";
import { execTraces } from "../../src/cli/run/exec-recording.js";
import type { RunDirectory } from "../../src/cli/run/run-directory.js";
import type { Session } from "../../src/cli/session.js";
import { openFile, traceFiles } from "../../src/cli/trace-files.js";
import { small } from "../calltrace/fixtures.js";
import { fromText } from "../support/calltrace/from-text.js";

const root = mkdtempSync(join(tmpdir(), "gotrace-append-"));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** No process has these ids. */
const [FIRST, SECOND] = [999999998, 999999999];

/** A directory with two call traces; the second and a third process have an execution trace of these bytes. */
function directoryWith(bytes: Uint8Array): string {
  const directory = mkdtempSync(join(root, "run-"));
  writeFileSync(join(directory, `${FIRST}-1.gotrace`), fromText(small));
  writeFileSync(join(directory, `${SECOND}-2.gotrace`), fromText(small));
  writeFileSync(join(directory, `${SECOND}-2.trace`), bytes);
  writeFileSync(join(directory, `${SECOND}-3.trace`), "without calls");
  return directory;
}

const trace = Uint8Array.from({ length: 1_200_000 }, (_, i) => (i * 7) & 255);

/** By file: the bytes of the execution trace, and whether the call trace holds them. */
function executions(paths: readonly string[]): [Buffer | undefined, boolean][] {
  return traceFiles(paths).flatMap((path) => {
    const { source, close } = openFile(path);
    const found = openTrace(source).processes.map(({ execution, holdsExecution }): [Buffer | undefined, boolean] => [
      execution && Buffer.concat([...execution]),
      holdsExecution,
    ]);
    close();
    return found;
  });
}

test("readers find it beside the call trace of the same number, and a saved file holds it", () => {
  const directory = directoryWith(trace);
  const [first, [bytes, isHeld]] = executions([directory]);
  expect([first, isHeld]).toEqual([[undefined, false], false]);
  expect(bytes!.equals(trace)).toBe(true);
  const files = traceFiles([directory]).map(openFile);
  const saved = join(root, "saved.gotrace");
  saveBundle(saved, "--save", files);
  for (const { close } of files) close();
  const [, [copy, isCopyHeld]] = executions([saved]);
  expect([isCopyHeld, copy!.equals(trace)]).toEqual([true, true]);
});

test("after a run it is a part of its call trace, and the file goes", () => {
  const directory = directoryWith(trace);
  const recording = { directory } as RunDirectory;
  const lines: string[] = [];
  const session = { log: (line: string) => lines.push(line) } as unknown as Session;
  const traces = execTraces({ directory, save: undefined, env: {} });
  const after = appendStates(session, recording, traces);
  const [, [bytes, isHeld]] = executions([directory]);
  expect([isHeld, bytes!.equals(trace)]).toEqual([true, true]);
  // For findings, its bytes remain readable until the end of the run.
  const moved = after.find(({ path }) => path.endsWith("-2.trace"))!.path;
  expect(readFileSync(moved).equals(trace)).toBe(true);
  expect(existsSync(join(directory, `${SECOND}-2.trace`))).toBe(false);
  expect(after.map(({ path }) => path)).toContain(join(directory, `${SECOND}-3.trace`));
  dropAppended(recording);
  expect(readdirSync(directory).sort()).toEqual([
    `${FIRST}-1.gotrace`,
    ...[`${SECOND}-2.gotrace`, `${SECOND}-3.trace`],
  ]);
  expect(lines.sort()).toEqual([
    expect.stringMatching(`^process ${SECOND}: 1\\.1 ?MiB of execution trace`),
    expect.stringMatching(`^process ${SECOND}: no finished call trace`),
  ]);
});
