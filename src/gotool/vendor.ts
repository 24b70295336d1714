/**
 * Vendor directories. `go build` refuses a vendor directory that does not list the runtime module, and cannot assemble
 * a package that exists only in an overlay. So the build leaves vendor mode: each vendored module is replaced by its own
 * directory beneath vendor/, to which the overlay adds the go.mod that vendoring left out. Same files, same paths, no
 * network.
 */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeByContent } from "./cache.js";

/** Lines for go.mod or go.work, and the overlay entries that they need. Both empty where vendoring is not in force. */
export interface VendorReplacements {
  readonly lines: readonly string[];
  readonly overlay: ReadonlyMap<string, string>;
}

/**
 * @param vendor the vendor directory (absolute)
 * @param directory where the made-up go.mod files are written
 * @param mod the value of the user's -mod flag
 * @param automatic whether Go uses a vendor directory here without being told (go.mod 1.14, go.work 1.22 and newer)
 */
export function vendorReplacements(
  vendor: string,
  directory: string,
  mod: string | undefined,
  automatic: boolean,
): VendorReplacements {
  const list = join(vendor, "modules.txt");
  const lines: string[] = [];
  const overlay = new Map<string, string>();
  const inForce = mod === undefined ? automatic : mod === "vendor";
  if (!inForce || !existsSync(list)) return { lines, overlay };
  mkdirSync(directory, { recursive: true });
  for (const module of parseModulesTxt(readFileSync(list, "utf8"))) {
    const text = `module ${module.path}\n${module.go ? `\ngo ${module.go}\n` : ""}`;
    const made = writeByContent(directory, ".mod", text);
    overlay.set(join(vendor, module.path, "go.mod"), made);
    lines.push(`replace ${module.path} ${module.version} => ${JSON.stringify(`./vendor/${module.path}`)}`);
  }
  return { lines, overlay };
}

interface VendoredModule {
  path: string;
  version: string;
  go: string;
}

/** Reads vendor/modules.txt: `# path version [=> …]`, followed by `## explicit; go 1.20` and the packages. */
export function parseModulesTxt(text: string): VendoredModule[] {
  const modules: VendoredModule[] = [];
  for (const line of text.split(/\r?\n/)) {
    const module = /^# (\S+) (v\S+)(?: =>.*)?$/.exec(line);
    if (module) modules.push({ path: module[1]!, version: module[2]!, go: "" });
    const go = /^## .*\bgo (\S+)/.exec(line);
    const last = modules.at(-1);
    if (go && last) last.go = go[1]!.replace(/;$/, "");
  }
  return modules;
}
