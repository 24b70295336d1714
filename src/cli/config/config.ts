/** Reads the configuration (`.gotrace.yaml` or `gotrace.config.json`) and the baseline of known findings. */
import { dirname, relative, resolve } from "node:path";
import { parse } from "yaml";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { type Config, parseBaseline, parseConfig } from "../../rules/index.js";
import { nearestConfig } from "./find-config.js";
import { readSmallFile } from "./small-file.js";

/** A configuration and where it was found. */
export interface FoundConfig {
  readonly config: Config;
  /** Path of the file, relative to the working directory; undefined if there is no file. */
  readonly path: string | undefined;
  /** Absolute path of the baseline; undefined if the configuration names none. */
  readonly baseline: string | undefined;
}

/** Size limits in bytes: far above any real file, yet harmless to read. */
const MAX_CONFIG = 1 << 20;
const MAX_BASELINE = 64 << 20;

/**
 * Reads the configuration: the file that a flag names, or else the nearest one in the working directory and its parents,
 * up to the user's home.
 * @param named the value of `--config`
 * @throws UserError when it cannot be read or is not valid
 */
export function findConfig(cwd: string, named: string | undefined): FoundConfig {
  const file = named === undefined ? nearestConfig(cwd) : resolve(cwd, named);
  if (file === undefined) return { config: {}, path: undefined, baseline: undefined };
  const path = relative(cwd, file) || file;
  const text = readText(file, MAX_CONFIG, named === undefined ? "" : "--config: ", path);
  const config = parseConfig(parseText(path, text), path);
  const { baseline } = config;
  return { config, path, baseline: baseline && resolve(dirname(file), baseline) };
}

/** Parses YAML. JSON is YAML as well, but JSON.parse describes its errors better. An empty file sets nothing. */
function parseText(path: string, text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return path.endsWith(".json") ? JSON.parse(text) : parse(text, { logLevel: "error" });
  } catch (error) {
    const [reason] = messageOf(error).split("\n");
    throw new UserError(`cannot read ${path}: ${reason?.replace(/:$/, "")}`, "correct the file", ExitCode.usage);
  }
}

/** The fingerprints of the findings in a baseline. @throws UserError when it cannot be read */
export function readBaseline(path: string): Set<string> {
  return parseBaseline(readText(path, MAX_BASELINE, "--baseline: "), path);
}

/** @param called name of the file in messages */
function readText(path: string, most: number, prefix: string, called = path): string {
  try {
    return readSmallFile(path, most);
  } catch (error) {
    throw new UserError(
      `${prefix}cannot read ${called}: ${messageOf(error)}`,
      "name a text file that exists",
      ExitCode.noInput,
    );
  }
}
