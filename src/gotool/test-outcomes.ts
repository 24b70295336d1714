/**
 * Which tests failed, read from what `go test` prints: lines of package testing (`--- FAIL: TestX/sub (0.00s)`, the list of
 * running tests below a timeout) followed by go's line for the package (`FAIL	import/path	0.1s`), or events of `-json`
 * (cmd/test2json). A program that prints such lines itself can add names, and no test of that name is then found.
 */

/** A line longer than this is no line of go's. */
const LONGEST = 1 << 16;

export class TestOutcomes {
  /** By import path: full names of failed tests, with their subtests. */
  readonly failed = new Map<string, Set<string>>();
  /** Packages that failed, built or not. */
  readonly packages = new Set<string>();
  private pending = new Set<string>();
  private runningTests = false;
  private rest = "";
  private readonly decoder = new TextDecoder();

  /** @param json whether the output is that of `go test -json` */
  constructor(private readonly json: boolean) {}

  /** Takes the next bytes of the output. */
  add(chunk: Uint8Array): void {
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split("\n");
    this.rest = lines.pop()!.slice(-LONGEST);
    for (const line of lines) {
      if (this.json) this.event(line);
      else this.line(line);
    }
  }

  /** Ends the output: tests whose package go did not name, as when it is killed, belong to any. */
  end(): void {
    if (this.rest !== "") this.add(Buffer.from("\n"));
  }

  /** The first `count` failed tests, by import path. */
  first(count: number): Record<string, string[]> {
    let left = count;
    const found: Record<string, string[]> = {};
    for (const [path, names] of this.failed) {
      if (left <= 0) break;
      found[path] = [...names].slice(0, left);
      left -= names.size;
    }
    return found;
  }

  private line(line: string): void {
    const test = /^\s*--- FAIL: (\S+)/.exec(line)?.[1] ?? (this.runningTests && /^\t\t(\S+) \(/.exec(line)?.[1]);
    if (test) this.pending.add(test);
    else this.runningTests = /^\trunning tests:$/.test(line);
    const [, word, path] = /^(FAIL|ok {2})\t(\S+)/.exec(line) ?? [];
    // In one's own directory go says first how the program ended: FAIL	exit status 1.
    if (word === undefined || path === "exit" || path === "signal:") return;
    if (word === "FAIL") {
      this.packages.add(path);
      if (this.pending.size > 0) this.failed.set(path, this.pending);
    }
    this.pending = new Set();
  }

  private event(line: string): void {
    if (!line.startsWith("{") || !line.includes('"fail"')) return;
    try {
      const { Action, Package, Test } = JSON.parse(line) as Record<string, unknown>;
      if (Action !== "fail" || typeof Package !== "string") return;
      this.packages.add(Package);
      if (typeof Test !== "string") return;
      const tests = this.failed.get(Package) ?? new Set();
      this.failed.set(Package, tests.add(Test));
    } catch {
      // A line of something else.
    }
  }
}
