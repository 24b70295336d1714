import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isSystemError, memoryError, messageOf } from "../../src/base/errors.js";

const directory = mkdtempSync(join(tmpdir(), "gotrace-errors-"));
const file = join(directory, "file");
writeFileSync(file, "");

function failureOf(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing failed");
}

test.each<[what: string, action: () => void, words: string]>([
  ["a missing file", () => openSync(join(directory, "missing"), "r"), "no such file or directory"],
  ["a file as a directory", () => openSync(join(file, "x"), "r"), "it, or a part of its path, is not a directory"],
  ["a directory as a file", () => openSync(directory, "w"), "it is a directory"],
  ["a directory that exists", () => mkdirSync(directory), "it exists already"],
  ["a name that is too long", () => openSync(join(directory, "x".repeat(300)), "r"), "the name is too long"],
  // Not in the table: the system's words, without the rest.
  ["a descriptor that is closed", () => closeSync(12345), "bad file descriptor"],
])("%s, in words for users", (_, action, words) => {
  const error = failureOf(action);
  expect(isSystemError(error)).toBe(true);
  expect(messageOf(error)).toBe(words);
});

test.runIf(existsSync("/dev/full"))("a full device", () => {
  const full = openSync("/dev/full", "w");
  expect(messageOf(failureOf(() => writeSync(full, "x")))).toBe("no space left on the disk");
  closeSync(full);
});

test("programs that do not start, and addresses in use", async () => {
  expect(messageOf(spawnSync(file).error)).toBe("permission denied");
  expect(messageOf(spawnSync(join(directory, "missing")).error)).toBe("no such file or directory");
  const server = createServer();
  const listening = (at: typeof server, port: number) =>
    new Promise((resolve) => at.once("error", resolve).listen(port, "127.0.0.1", () => resolve(undefined)));
  await listening(server, 0);
  const { port } = server.address() as { port: number };
  expect(messageOf(await listening(createServer(), port))).toBe("the address is in use");
  server.close();
});

test("what is no error of the system keeps its message", () => {
  expect(messageOf(new SyntaxError("ENOENT: x, open 'y'"))).toBe("ENOENT: x, open 'y'");
  expect(messageOf("thrown")).toBe("thrown");
  expect(messageOf(undefined)).toBe("undefined");
  rmSync(directory, { recursive: true });
});

test.runIf(process.platform === "linux")("memory that the system does not give", () => {
  const script = (code: string) => `try { ${code} } catch (error) { console.log(error.message) }`;
  const module = "new WebAssembly.Module(Buffer.from('AGFzbQEAAAAFAwEAAQ==', 'base64'))";
  for (const code of ["new WebAssembly.Memory({ initial: 1 })", `new WebAssembly.Instance(${module})`]) {
    const run = ["-c", 'ulimit -v 4000000; exec "$0" -e "$1"', process.execPath, script(code)];
    const said = spawnSync("sh", run, { encoding: "utf8" }).stdout.trim();
    expect(memoryError(new RangeError(said))?.message, said).toContain("not enough memory");
  }
  expect(memoryError(new RangeError("Array buffer allocation failed"))?.advice).toContain("NODE_OPTIONS");
  expect(memoryError(new RangeError("Invalid array length"))).toBeUndefined();
  expect(memoryError(new Error("Array buffer allocation failed"))).toBeUndefined();
});
