/** `gotrace link`: addresses and commands with the placeholders of other systems. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { apms } from "../../src/cli/link/apms.js";
import { destinationOf, linkTo } from "../../src/cli/link/link.js";

const directory = mkdtempSync(join(tmpdir(), "gotrace-link-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const linked = (word: string, value: string) => linkTo(destinationOf(word, directory), value, "trace_id");

test.each([
  ["localhost:6060", "http://localhost:6060"],
  [":6060", "http://localhost:6060"],
  ["[::1]:6060", "http://[::1]:6060"],
  ["http://10.0.0.7:6060/", "http://10.0.0.7:6060"],
  ["https://x.example/admin/debug/gotrace/?a=b#c", "https://x.example/admin"],
  ["https://x.example/debug/pprof", "https://x.example"],
])("%s is an agent", (word, server) => {
  expect(linked(word, "{{trace.id}}")).toBe(`${server}/debug/gotrace/snapshots?contains={{trace.id}}`);
});

test("what is filled in makes an address in which only the value is new", () => {
  for (const { placeholder, entry } of apms) {
    // What looks like placeholders elsewhere in the address would be filled in as well.
    const link = linked("https://x.example/a$b{{c}}d/debug/gotrace/", placeholder);
    const filled = link.replace(placeholder, "4bf92f3577b34da6a3ce929d0e0e4736");
    expect(filled).not.toMatch(/[{}$]/);
    expect(new URL(filled).searchParams.get("contains")).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
    if (entry) expect(JSON.parse(entry(link))).toMatchObject({ url: link });
  }
  expect(apms.map(({ name }) => name)).toEqual(apms.map(({ name }) => name).sort());
});

test("a command reaches the program as it was meant, whatever the names", () => {
  const place = join(directory, 'it\'s "$HOME" a\\b');
  mkdirSync(place);
  const commands = apms.map(({ placeholder }) => linked(place, placeholder));
  const script = ["gotrace() { printf '%s\\n' \"$@\"; }", ...commands].join("\n");
  const { stdout } = spawnSync("sh", ["-c", script], { encoding: "utf8" });
  expect(stdout).toBe(apms.map(({ placeholder }) => `summary\n--log\ntrace_id=${placeholder}\n${place}\n`).join(""));
  expect(linked("/not/here", "%T%")).toBe("gotrace summary --log trace_id=%T% /not/here");
});

test.each([
  ["nowhere", "nowhere is neither a directory nor the address of an agent"],
  ["", '"" is neither a directory nor the address of an agent'],
  ["unix:///run/a.sock", "no link leads to a Unix socket"],
  ["http://me:secret@x.example", "the address has a name and a password"],
  ["ftp://x.example", "cannot fetch from ftp://x.example/"],
])("%s cannot be linked to", (word, message) => {
  expect(() => linked(word, "T")).toThrow(message);
});
