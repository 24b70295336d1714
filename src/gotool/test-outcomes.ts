/**
 * Finds the tests that failed in the output of `go test`: lines of package testing (`--- FAIL: TestX/sub (0.00s)`, the list
 * of running tests after a timeout) followed by go's line for the package (`FAIL	import/path	0.1s`), or events of `-json`
 * (cmd/test2json). A program that prints such lines itself adds names of tests that do not exist, which does no harm.
 */

/** The longest line to consider; go prints no longer ones. */
const LONGEST = 1 << 16;

/** Collects outcomes from the output of one `go test`. */
export class TestOutcomes {
  /** Import path → full names of failed tests and subtests. */
  readonly failed = new Map<string, Set<string>>();
  /** Import paths of packages that failed, including those that did not build. */
  readonly packages = new Set<string>();
  private pending = new Set<string>();
  private runningTests = false;
  private rest = "";
  private readonly decoder = new TextDecoder();

  /** @param json whether it is the output of `go test -json` */
  constructor(private readonly json: boolean) {}

  /** Reads the next bytes of the output. */
  add(chunk: Uint8Array): void {
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split("\n");
    this.rest = lines.pop()!.slice(-LONGEST);
    for (const line of lines) {
      if (this.json) this.event(line);
      else this.line(line);
    }
  }

  /** Ends the output. Failed tests without a line for their package, as after go was killed, are dropped. */
  end(): void {
    if (this.rest !== "") this.add(Buffer.from("\n"));
  }

  /** The first `count` failed tests: import path → names. */
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
    // Before the line of the package, go may print how the program ended: FAIL	exit status 1.
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
      // Not a line of go's.
    }
  }
}
