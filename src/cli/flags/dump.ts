/** Reads the flags that say when a traced program writes snapshots of its ring. */
import { ExitCode, UserError } from "../../base/errors.js";
import { parseSize } from "../../base/quantity.js";
import type { DumpOptions } from "../options.js";
import type { ParsedFlags } from "./parse.js";
import { MOST_TRIGGERS, parseTrigger, type Trigger } from "./triggers.js";
import { badValue, duration } from "./values.js";

/** The conditions of `--dump-when`. @throws UserError for an invalid one, or for too many */
export function triggersOf(flags: ParsedFlags): readonly Trigger[] {
  const triggers = flags.values("dump-when").map(parseTrigger);
  if (triggers.filter(({ kind }) => kind === "call").length <= MOST_TRIGGERS) return triggers;
  throw new UserError(
    `a program can watch for ${MOST_TRIGGERS} conditions at most`,
    "cover several functions by one expression: '/^db\\./.time > 5ms'",
    ExitCode.usage,
  );
}

/** When a program writes snapshots, how many, and where. @throws UserError for invalid values */
export function dumpOptions(flags: ParsedFlags): DumpOptions {
  const triggers = triggersOf(flags);
  const every = duration(flags, "dump-every", undefined);
  const keep = flags.string("dump-keep");
  const size = flags.string("dump-size");
  if (keep !== undefined && !/^[1-9]\d{0,8}$/.test(keep)) throw badValue("dump-keep", keep, "a number of at least 1");
  return {
    directory: flags.string("dump-dir"),
    variables: {
      ...(triggers.length > 0 ? { GOTRACE_DUMP_WHEN: triggers.map(({ text }) => text).join("; ") } : {}),
      ...(every === undefined ? {} : { GOTRACE_DUMP_EVERY: `${Math.round(every)}ns` }),
      ...(keep === undefined ? {} : { GOTRACE_DUMP_KEEP: keep }),
      ...(size === undefined ? {} : { GOTRACE_DUMP_SIZE: String(parseSize(size, "--dump-size")) }),
    },
  };
}
