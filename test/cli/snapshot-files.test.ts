/** Several snapshots of one process. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { HEADER_FIELDS } from "../../src/calltrace/spec.js";
import { openTraceFiles, snapshotAdvice } from "../../src/cli/snapshot-files.js";

const root = mkdtempSync(join(tmpdir(), "gotrace-snapshots-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const offsetOf = (field: string) => HEADER_FIELDS.find(({ name }) => name === field)!.offset;

/** Writes a snapshot of a process: the golden trace with another header. */
function snapshot(name: string, pid: number, stopTicks: bigint): string {
  const bytes = readFileSync(join(import.meta.dirname, "../../testdata/format/golden.gotrace"));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(offsetOf("stopReason"), 6, true);
  view.setBigUint64(offsetOf("stopTicks"), stopTicks, true);
  view.setUint32(offsetOf("pid"), pid, true);
  const path = join(root, "snapshots", name);
  writeFileSync(path, bytes);
  return path;
}

mkdirSync(join(root, "snapshots"));
const first = snapshot("20261129T101714.110Z-7-9.gotrace", 7, 500n);
const second = snapshot("20261129T101714.386Z-7-10.gotrace", 7, 600n);
const other = snapshot("20261129T101714.624Z-8-1.gotrace", 8, 550n);

async function opened(...paths: string[]) {
  const said: string[] = [];
  const files = await openTraceFiles(paths, (line) => said.push(line));
  for (const file of files) file.close();
  return { names: files.map(({ path }) => path), said };
}

test("of a directory of snapshots, the latest of each process", async () => {
  const { names, said } = await opened(join(root, "snapshots"));
  expect(names.sort()).toEqual([second, other].sort());
  expect(said).toEqual([`2 snapshots of process 7; the latest is shown: ${basename(second)}`]);
  expect(await opened(first, other)).toEqual({ names: [first, other], said: [] });
});

test("named ones are not added up", async () => {
  await expect(opened(first, second)).rejects.toThrow(/9\.gotrace and .*10\.gotrace have calls of the same process/);
  await expect(opened(join(root, "snapshots"), first)).rejects.toThrow(/have calls of the same process/);
});

test("a directory without traces of its own", () => {
  expect(snapshotAdvice([first, root])).toBe(`its snapshots are in ${join(root, "snapshots")}`);
  expect(snapshotAdvice([first])).toBeUndefined();
});
