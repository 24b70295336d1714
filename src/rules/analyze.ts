/** Analyzes one execution trace: from its bytes to a TraceReport. */
import { createHash } from "node:crypto";
import { Triggers } from "../analyses/index.js";
import {
  describeCut,
  EventKind,
  type EventSource,
  feedAll,
  NONE,
  PartReader,
  releaseOf,
  type Span,
  TraceReader,
} from "../exectrace/index.js";
import { type Budget, checkBudgets } from "./budgets.js";
import { Engine } from "./engine.js";
import type { Finding, TraceReport } from "./finding.js";
import { takeMeasures } from "./measures.js";
import { explainCommand, rules } from "./registry.js";
import type { Draft, Limits, Rule } from "./rule.js";
import { rank } from "./select.js";
import { defaultSettings, type Settings } from "./settings.js";

/** Options of an analysis. */
export interface AnalyzeOptions {
  /** Path of the trace, for the report. */
  readonly path: string;
  /** Prefix of the user's import paths; without it, everything outside of the standard library is the user's. */
  readonly module?: string | undefined;
  /** Thresholds by rule; missing rules are off. Default: all rules with their defaults. */
  readonly settings?: Settings;
  readonly budgets?: readonly Budget[];
  /**
   * Restricts the analysis to a part of the trace. Gets the time when the trace began (nanoseconds since 1970;
   * undefined if the trace does not have it) and returns the part.
   */
  readonly part?: ((start: bigint | undefined) => Span) | undefined;
  /** Called from time to time with the number of bytes read. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

/**
 * Reads a trace once and applies all rules. Memory: one generation of the trace, its distinct stacks, the state of live
 * goroutines, and one record for each place that a rule found.
 *
 * @param chunks the bytes of the file, pulled when needed
 * @throws TraceError when the trace cannot be read
 * @throws UserError when the trace ends before `options.part`
 */
export function analyzeTrace(chunks: Iterable<Uint8Array>, options: AnalyzeOptions): TraceReport {
  const whole = new TraceReader(chunks);
  const reader = options.part ? new PartReader(whole, options.part) : whole;
  const engine = new Engine(reader, options.module);
  const settings = options.settings ?? defaultSettings();
  const finishers = rules.flatMap((rule) => {
    const limits = settings.get(rule.name);
    return limits ? [{ rule, finish: rule.start(engine, limits as Limits<never>) }] : [];
  });
  const measured = options.budgets?.length ? takeMeasures(engine) : undefined;
  const triggers = new Triggers();
  for (const kind of [EventKind.Log, EventKind.TaskEnd]) engine.onEvent(kind, (e) => triggers.feed(e));
  feedAll(reader, engine, options.progress);
  engine.finish();

  const graded = finishers.flatMap(({ rule, finish }) =>
    [...finish()].map((draft) => ({ excess: draft.excess, finding: findingOf(rule, draft, reader, engine) })),
  );
  graded.sort((a, b) => rank(b.finding) - rank(a.finding) || b.excess - a.excess || b.finding.total - a.finding.total);
  const start = whole.wallTime(0);
  const { warning } = reader;
  const part = reader instanceof PartReader ? reader.span : undefined;
  const triggered = triggers.result().map((trigger) => ({ ...trigger, time: trigger.time + (part?.from ?? 0) }));
  return {
    path: options.path,
    bytes: reader.bytesRead,
    goVersion: releaseOf(reader.version),
    ...(start !== undefined && { start }),
    duration: engine.now,
    ...(part && { part: { from: part.from, to: part.from + engine.now } }),
    events: engine.events,
    goroutines: engine.goroutines,
    ...(engine.maxProcs > 0 && { gomaxprocs: engine.maxProcs }),
    ...(triggered.length > 0 && { triggers: triggered }),
    findings: graded.map(({ finding }) => ({ ...finding, time: finding.time + (part?.from ?? 0) })),
    suppressed: 0,
    hidden: 0,
    budgets: measured ? checkBudgets(options.budgets!, measured) : [],
    ...(warning && { warning: describeCut(warning) }),
  };
}

/** Completes a rule's draft to a finding. */
function findingOf(rule: Rule, draft: Draft, reader: EventSource, engine: Engine): Finding {
  const { occurrence, key, severity, message, count, worst, total, unit } = draft;
  const { time, duration, goroutine, goroutineFunction, proc, stack = 0, waker = NONE } = occurrence;
  const site = occurrence.userFrame === null ? undefined : (occurrence.userFrame ?? engine.userFrames.of(stack));
  const wall = reader.wallTime(time);
  return {
    rule: rule.name,
    severity,
    title: rule.title,
    message,
    suggestion: rule.suggestion,
    docs: explainCommand(rule.name),
    time,
    ...(wall !== undefined && { wall }),
    ...(goroutine !== undefined && { goroutine }),
    ...(goroutineFunction !== undefined && { goroutineFunction }),
    ...(proc !== undefined && { proc }),
    stack: reader.stacks.frames(stack),
    ...(waker !== NONE && {
      waker: {
        goroutine: waker,
        function: occurrence.wakerFunction ?? "",
        stack: reader.stacks.frames(occurrence.wakerStack ?? 0),
      },
    }),
    ...(site && { site }),
    count,
    worst,
    total,
    unit,
    duration,
    atLeast: occurrence.atLeast ?? false,
    fingerprint: createHash("sha256").update(`${rule.name}\n${key}`).digest("hex").slice(0, 16),
  };
}
