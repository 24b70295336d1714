/** Finding and reading the configuration of `gotrace analyze`: `.gotrace.yaml` or `gotrace.config.json`. */
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { lilconfigSync } from "lilconfig";
import { parse } from "yaml";
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import { type Config, parseBaseline, parseConfig } from "../rules/index.js";

/** Names that are looked for, the first one first. */
export const configNames = [".gotrace.yaml", ".gotrace.yml", "gotrace.config.json"] as const;

/** A configuration and where it was found. */
export interface FoundConfig {
  readonly config: Config;
  /** Relative to the working directory; undefined without a file. */
  readonly path: string | undefined;
  /** The file of known findings, absolute; undefined when none is named. */
  readonly baseline: string | undefined;
}

/**
 * The configuration that a flag names, or else the nearest one in the working directory and those above it.
 * @throws UserError when it cannot be read or is not valid
 */
export function findConfig(cwd: string, named: string | undefined): FoundConfig {
  const search = lilconfigSync("gotrace", {
    searchPlaces: [...configNames],
    loaders: { ".yaml": read, ".yml": read, ".json": read, noExt: read },
    cache: false,
  });
  const found = named === undefined ? search.search(cwd) : loadNamed(resolve(cwd, named));
  if (!found) return { config: {}, path: undefined, baseline: undefined };
  const path = relative(cwd, found.filepath) || found.filepath;
  const config = parseConfig(found.config, path);
  const { baseline } = config;
  return { config, path, baseline: baseline && resolve(dirname(found.filepath), baseline) };
}

function loadNamed(filepath: string) {
  return { filepath, config: read(filepath, readText(filepath, "--config")) };
}

/** YAML; JSON is a part of it, but gets JSON's own messages. */
function read(path: string, text: string): unknown {
  try {
    return path.endsWith(".json") ? JSON.parse(text) : parse(text, { logLevel: "error" });
  } catch (error) {
    const [reason] = messageOf(error).split("\n");
    throw new UserError(`cannot read ${path}: ${reason?.replace(/:$/, "")}`, "correct the file", ExitCode.usage);
  }
}

/** The known findings of a baseline file. @throws UserError when it cannot be read */
export function readBaseline(path: string): Set<string> {
  return parseBaseline(readText(path, "--baseline"), path);
}

function readText(path: string, flag: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(
      `${flag}: cannot read ${path}: ${messageOf(error)}`,
      "name a file that exists",
      ExitCode.noInput,
    );
  }
}
