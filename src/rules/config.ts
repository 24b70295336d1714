/**
 * Reads the configuration file, `.gotrace.yaml` or JSON:
 *
 *     module: example.com/app
 *     fail-on: error
 *     rules:
 *       GCPauseSpike: { warn: 5ms, error: 20ms }
 *       SerialBottleneck: off
 *     budgets:
 *       - sched.p99 < 2ms
 *     assert:
 *       - "TestLogin: db.Query.calls <= 3"
 */
import * as v from "valibot";
import { ExitCode, UserError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import { type Budget, parseBudget } from "./budgets.js";
import { failOnLevels, severities } from "./finding.js";
import {
  applySetting,
  changeRule,
  checkSettings,
  defaultSettings,
  type Settings,
  unknownRule,
  unknownThreshold,
} from "./settings.js";

const thresholds = v.record(v.string(), v.union([v.string(), v.number()], "a value such as 5ms, 64MiB or 5%"));
const entries = {
  /** Prefix of the import paths that are the user's own. */
  module: v.optional(v.string("an import path")),
  /** Lowest severity at which the command fails. */
  "fail-on": v.optional(v.picklist(failOnLevels, "warn, error or never")),
  /** Lowest severity to show. */
  severity: v.optional(v.picklist(severities, "info, warn or error")),
  /** Most findings to show for each rule. */
  top: v.optional(v.pipe(v.number("a number"), v.integer("a whole number"), v.minValue(1, "a number of at least 1"))),
  /** File of known findings, relative to the configuration file. */
  baseline: v.optional(v.string("the path of a file")),
  rules: v.optional(
    v.record(
      v.string(),
      v.union([v.boolean(), v.picklist(["on", "off"]), thresholds], "on, off, or thresholds such as { warn: 5ms }"),
      "rules by name",
    ),
  ),
  /** Assertions about the calls of a run, for `run`, `test`, `report` and `stats`. */
  assert: v.optional(v.array(v.string("an assertion such as 'db.Query.calls <= 3'"), "a list of assertions")),
  budgets: v.optional(v.array(v.string("a budget such as 'sched.p99 < 2ms'"), "a list of budgets")),
} as const;
const schema = v.strictObject(entries, "a table of settings");

/** The content of a configuration file. */
export type Config = v.InferOutput<typeof schema>;

/**
 * Checks the parsed content of a configuration file.
 *
 * @param value the parsed YAML or JSON
 * @param path of the file, for messages
 * @throws UserError for the first thing that is wrong
 */
export function parseConfig(value: unknown, path: string): Config {
  if (value === null || value === undefined) return {};
  const result = v.safeParse(schema, value);
  if (result.success) {
    const [key, ...above] = dropped(value, result.output).reverse();
    if (key === undefined) return result.output;
    if (above.length === 0) throw unknownKey(key, path);
    throw above.length === 1 ? unknownRule(key, path) : unknownThreshold(above[0], key, path);
  }
  const [issue] = result.issues;
  const where = v.getDotPath(issue);
  if (where !== null && issue.type === "strict_object" && issue.path?.length === 1) throw unknownKey(where, path);
  throw new UserError(
    `${path}: ${where ?? "the file"} is not valid: ${issue.received}`,
    `it must be ${issue.message}`,
    ExitCode.usage,
  );
}

/**
 * The keys leading to a part of the input that is missing in the output: valibot drops names of Object's own, such as
 * `constructor`, without an error.
 */
function dropped(input: unknown, output: unknown): string[] {
  if (typeof input !== "object" || input === null || typeof output !== "object" || output === null) return [];
  for (const [key, value] of Object.entries(input)) {
    if (!Object.hasOwn(output, key)) return [key];
    const inside = dropped(value, (output as Record<string, unknown>)[key]);
    if (inside.length > 0) return [key, ...inside];
  }
  return [];
}

function unknownKey(key: string, path: string): UserError {
  const names = Object.keys(entries);
  const near = nearest(key, names);
  const hint = near ? `did you mean ${near}?` : `it may hold ${names.join(", ")}`;
  return new UserError(`${path}: there is no setting ${key}`, hint, ExitCode.usage);
}

/**
 * Combines the thresholds and budgets of a configuration with those of the command line.
 *
 * @param path of the file, for messages
 * @param changes values of `--set`
 * @param more budgets of the command line
 * @throws UserError for unknown names and invalid values
 */
export function settingsOf(
  config: Config,
  path: string,
  changes: readonly string[],
  more: readonly string[],
): { readonly settings: Settings; readonly budgets: readonly Budget[] } {
  const settings = defaultSettings();
  for (const [name, change] of Object.entries(config.rules ?? {})) {
    changeRule(settings, name, typeof change === "string" ? change === "on" : change, path);
  }
  for (const change of changes) applySetting(settings, change);
  checkSettings(settings);
  return { settings, budgets: [...(config.budgets ?? []), ...more].map(parseBudget) };
}
