/** What `gotrace agent` prints. */
import { join } from "node:path";
import { printable } from "../../base/printable.js";
import type { Change } from "./merge.js";
import type { PackageNames } from "./names.js";

/** A line for each change, `FILE:LINE: what`, and the lines that differ below it. @param directory the package's, as shown */
export function* changeLines(directory: string, changes: readonly Change[]): Generator<string> {
  for (const { file, line, what, diff = [] } of changes) {
    const place = join(directory, file) + (line === undefined ? "" : `:${line}`);
    yield `${printable(place)}: ${what}\n`;
    // A tab is a tab, in a diff.
    for (const text of diff) yield `    ${decoded(text).split("\t").map(printable).join("\t")}\n`;
  }
}

/** Text with a character for each byte, as text. */
function decoded(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

/** The lines that a user adds to `main`, with gofmt's indentation. */
export function mainLines({ packageName, importPath }: PackageNames): string {
  return `import "${importPath}"

	agent, err := ${packageName}.Start(${packageName}.Options{
		Addr: "127.0.0.1:6060", Dir: filepath.Join(os.TempDir(), "traces"),
		Sentinel: ${packageName}.Sentinel{SchedLatency: 50 * time.Millisecond, HeapShare: 0.9},
		Requests: ${packageName}.Requests{Slow: 2 * time.Second},
	})
	if err != nil {
		slog.Error("no trace agent", "err", err) // the program runs on without it
	}
	defer agent.Close(context.Background())
	handler = agent.Middleware(handler) // tasks with routes and trace ids
`;
}
