/** Thresholds of all rules: their defaults, changed by the configuration and the command line. */
import { ExitCode, UserError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import { examples, formatQuantity, parseQuantity } from "../base/quantity.js";
import { rules } from "./registry.js";
import type { Limits, Rule } from "./rule.js";

/** Thresholds by rule; missing rules are off. */
export type Settings = ReadonlyMap<string, Limits>;

/** All rules with their defaults. */
export function defaultSettings(): Map<string, Limits> {
  return new Map(rules.map((rule) => [rule.name, defaultLimits(rule)]));
}

function defaultLimits(rule: Rule): Limits {
  const limits = Object.entries(rule.thresholds).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(limits) as Limits;
}

/**
 * Turns a rule on or off, or sets some of its thresholds.
 *
 * @param where for messages: the flag or the file
 * @throws UserError for unknown names and invalid values, with a hint
 */
export function changeRule(
  settings: Map<string, Limits>,
  name: string,
  change: boolean | Readonly<Record<string, string | number>>,
  where: string,
): void {
  const rule = findRule(name, where);
  if (change === false) {
    settings.delete(name);
    return;
  }
  const limits: Record<string, number> = { ...(settings.get(name) ?? defaultLimits(rule)) };
  for (const [key, text] of change === true ? [] : Object.entries(change)) {
    limits[key] = threshold(rule, key, text, where);
  }
  settings.set(name, limits as unknown as Limits);
}

/**
 * Applies a value of `--set`: `GCPauseSpike.warn=5ms`, `GCPauseSpike=off`, `GCPauseSpike=on`.
 *
 * @throws UserError for an invalid value
 */
export function applySetting(settings: Map<string, Limits>, text: string): void {
  const match = /^([^.=]+)(?:\.([^=]+))?=(.*)$/.exec(text);
  if (!match)
    throw bad(`--set: ${JSON.stringify(text)} is not a valid setting`, "use RULE.THRESHOLD=VALUE or RULE=off");
  const [, name, key, value] = match as unknown as [string, string, string | undefined, string];
  if (key !== undefined) {
    changeRule(settings, name, { [key]: value }, "--set");
    return;
  }
  findRule(name, "--set");
  if (value !== "on" && value !== "off") {
    throw bad(
      `--set: ${JSON.stringify(text)} is not a valid setting`,
      `use ${name}=off, ${name}=on or ${name}.warn=VALUE`,
    );
  }
  changeRule(settings, name, value === "on", "--set");
}

function findRule(name: string, where: string): Rule {
  const rule = rules.find((one) => one.name === name);
  if (rule) return rule;
  throw unknownRule(name, where);
}

/** Makes the error for an unknown rule. @param where for the message: the flag or the file */
export function unknownRule(name: string, where: string): UserError {
  const names = rules.map((one) => one.name);
  const near = nearest(name, names);
  return bad(
    `${where}: there is no rule ${name}`,
    near ? `did you mean ${near}?` : `the rules are ${names.join(", ")}`,
  );
}

function threshold(rule: Rule, key: string, text: string | number, where: string): number {
  const known = Object.hasOwn(rule.thresholds, key) ? rule.thresholds[key] : undefined;
  if (!known) throw unknownThreshold(rule.name, key, where);
  const value = parseQuantity(text, known.unit);
  if (value !== undefined) return value;
  throw bad(
    `${where}: ${rule.name}.${key}: ${JSON.stringify(text)} is not valid`,
    `use ${examples[known.unit]}; the default is ${formatQuantity(known.value, known.unit)}`,
  );
}

/** Makes the error for an unknown threshold of a rule. @param where for the message: the flag or the file */
export function unknownThreshold(rule: string, key: string, where: string): UserError {
  const names = Object.keys(findRule(rule, where).thresholds);
  const near = nearest(key, names);
  const hint = near ? `did you mean ${near}?` : `it has ${names.join(", ")}`;
  return bad(`${where}: ${rule} has no threshold ${key}`, hint);
}

/**
 * Refuses an `error` threshold below its `warn`, which would hide all warnings. Call it after all settings are made.
 *
 * @throws UserError
 */
export function checkSettings(settings: Settings): void {
  for (const rule of rules) {
    const limits: Readonly<Record<string, number>> | undefined = settings.get(rule.name);
    for (const [error, { unit }] of limits ? Object.entries(rule.thresholds) : []) {
      const warn = error.replace(/^error/, "warn");
      const [low, high] = [limits![warn], limits![error]];
      if (error === warn || low <= high) continue;
      throw bad(
        `${rule.name}.${warn} (${formatQuantity(low, unit)}) is above ${rule.name}.${error} (${formatQuantity(high, unit)})`,
        `set ${rule.name}.${error} too`,
      );
    }
  }
}

function bad(message: string, advice: string): UserError {
  return new UserError(message, advice, ExitCode.usage);
}
