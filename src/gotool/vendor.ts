/**
 * Builds modules that have a vendor directory. `go build` refuses a vendor directory that does not list the runtime module,
 * and cannot assemble a package that exists only in an overlay. So the build leaves vendor mode: each vendored module is
 * replaced by its directory in vendor/, to which the overlay adds the go.mod that vendoring omits. Files and paths stay the
 * same, and no network is needed.
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureDirectory, writeByContent } from "./cache.js";

/** How a build leaves vendor mode. */
export interface VendorReplacements {
  /** Whether vendor mode was in force, and the build leaves it. */
  readonly left: boolean;
  /** Lines for go.mod or go.work. */
  readonly lines: readonly string[];
  /** Overlay entries that they need. */
  readonly overlay: ReadonlyMap<string, string>;
}

/** A module or workspace that may have a vendor directory. */
export interface VendorPlace {
  /** Directory of the go.mod or go.work (absolute). */
  readonly root: string;
  readonly workspace: boolean;
  /** The value of the user's -mod flag. */
  readonly mod: string | undefined;
  /** Whether Go uses a vendor directory here by default (go.mod 1.14, go.work 1.22 and newer). */
  readonly automatic: boolean;
  /** Whether this release distinguishes vendor directories of modules and of workspaces (Go 1.22 and newer). */
  readonly toldApart: boolean;
  /** Whether go could load every package of the build. */
  readonly complete: boolean;
}

/**
 * Works out how a build leaves vendor mode.
 * @param directory where the generated go.mod files are written, named by their content
 */
export function vendorReplacements(place: VendorPlace, directory: string): VendorReplacements {
  const vendor = join(place.root, "vendor");
  const list = join(vendor, "modules.txt");
  const text = existsSync(list) ? readFileSync(list, "utf8") : undefined;
  const lines: string[] = [];
  const overlay = new Map<string, string>();
  // By default Go ignores a workspace's vendor directory outside the workspace, and a module's inside one.
  const fitting = text === undefined || !place.toldApart || /^## workspace/m.test(text) === place.workspace;
  const inForce = place.mod === undefined ? place.automatic && existsSync(vendor) && fitting : place.mod === "vendor";
  // Without modules.txt, vendor mode finds only the standard library and the main modules. If more is needed, go reports it.
  if (!inForce || (text === undefined && !place.complete)) return { left: false, lines, overlay };
  for (const module of parseModulesTxt(text ?? "")) {
    const made = writeByContent(
      ensureDirectory(directory),
      ".mod",
      `module ${module.path}\n${module.go ? `\ngo ${module.go}\n` : ""}`,
    );
    overlay.set(join(vendor, module.path, "go.mod"), made);
    lines.push(`replace ${module.path} ${module.version} => ${JSON.stringify(`./vendor/${module.path}`)}`);
  }
  return { left: true, lines, overlay };
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
    if (module) modules.push({ path: module[1], version: module[2], go: "" });
    const go = /^## .*\bgo (\S+)/.exec(line);
    const last = modules.at(-1);
    if (go && last) last.go = go[1].replace(/;$/, "");
  }
  return modules;
}
