/** A small template of the agent's package, and its updates. */
import { type Files, type Plan, plan } from "../../src/cli/agent/plan.js";

export const names = { packageName: "admin", importPath: "example.com/app/internal/admin" };

/** A stretch of the template. */
export const part = (name: string, ...lines: string[]) =>
  ["", `// gotrace:begin ${name}`, ...lines, `// gotrace:end ${name}`, ""].join("\n");
export const doc = [
  "// gotrace:begin doc",
  "// Package traceagent serves.",
  "package traceagent",
  "// gotrace:end doc",
  "",
].join("\n");
export const update = (from: Files, files: Files, force = false) => plan(from, files, "0.1.0", { names, force });
/** The files after an update. */
export function applied(files: Files, { writes }: Pick<Plan, "writes">): Map<string, string> {
  const next = new Map(files);
  for (const [name, text] of writes) {
    if (text === undefined) next.delete(name);
    else next.set(name, text);
  }
  return next;
}
