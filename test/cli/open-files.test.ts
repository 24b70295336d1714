/** More trace files than a process may have open. */
import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openNamed } from "../../src/cli/trace-files.js";
import { temporaryDirectory } from "../e2e/support.js";

const FILES = 450;

test("files are read again and again, in any order, with few of them open", async () => {
  const directory = join(temporaryDirectory(), "many");
  mkdirSync(directory);
  const paths = Array.from({ length: FILES }, (_, i) => join(directory, `${i}.gotrace`));
  for (const [i, path] of paths.entries()) writeFileSync(path, `trace ${i}`);
  const files = await openNamed(paths);
  try {
    const textOf = (i: number) => {
      const into = new Uint8Array(files[i].source.size);
      files[i].source.read(0, into);
      return new TextDecoder().decode(into);
    };
    for (let step = 0; step < 2 * FILES; step++) {
      const i = (step * 7) % FILES;
      expect(textOf(i)).toBe(`trace ${i}`);
    }
    if (process.platform === "linux") {
      const open = readdirSync("/proc/self/fd").length;
      expect(open).toBeLessThan(FILES);
    }
    // The files that were read last are open: they can be moved away. Others are missed.
    for (let i = 0; i < FILES; i++) textOf(i);
    renameSync(directory, `${directory}.moved`);
    expect(textOf(FILES - 1)).toBe(`trace ${FILES - 1}`);
    expect(() => textOf(0)).toThrow(`cannot read ${paths[0]}`);
    mkdirSync(directory);
    writeFileSync(paths[1], "another");
    expect(() => textOf(1)).toThrow(`${paths[1]} was replaced while it was read`);
  } finally {
    for (const file of files) file.close();
  }
});
