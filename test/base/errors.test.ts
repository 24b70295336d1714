import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isSystemError, messageOf } from "../../src/base/errors.js";

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
