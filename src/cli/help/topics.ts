/** Help topics that concern several commands: exit codes and environment variables. Also used for docs/commands.md. */

import { ExitCode } from "../../base/errors.js";
import { entries } from "./layout.js";

/** A line of a topic: an exit code or a variable, and what it means. */
export type Entry = readonly [name: string, meaning: string];

/** Exit codes that are not failures of gotrace. */
const outcomes: readonly Entry[] = [
  [
    "any",
    "run, exec, test, flame, json, stats, top: the program's own code, 128+n after signal n; go's own if a build or a test fails",
  ],
  [
    "1",
    "an --assert does not hold, although the code would be 0; analyze, summary, diff, capture: findings, or a threshold exceeded; agent: something to update, or changes in the way",
  ],
];

const failures: Readonly<Record<keyof typeof ExitCode, string>> = {
  trouble: "analyze, summary, diff, capture: an unreadable trace, or bad arguments",
  usage: "bad arguments",
  data: "a trace that cannot be read, or only in part",
  noInput:
    "an input does not exist: no module, no trace, no program among the packages; for a package that go does not find, go's own code",
  unavailable: "Go is missing or too old, or there is too little memory",
  internal: "a bug in gotrace",
  cannotCreate:
    "an output, a temporary directory or the cache cannot be created (missing directories of an output are)",
  io: "reading or writing failed; if the trace has no other copy it is kept, and gotrace says where",
};

/** All exit codes of gotrace. */
export const exitCodes: readonly Entry[] = [
  ...outcomes,
  ...Object.entries(failures).map(([name, meaning]): Entry => [`${ExitCode[name as keyof typeof ExitCode]}`, meaning]),
];

/** Environment variables that gotrace or the programs it instrumented read. */
export const environment: readonly Entry[] = [
  [
    "GOTRACE_OUT=DIR",
    "directory for the traces of instrumented programs, one file per process, children included; it is made if it is missing. Set by run, exec, test, flame, json, stats and top",
  ],
  ["GOTRACE_MAX_SIZE=SIZE", "--max-trace-size of instrumented programs"],
  [
    "GOTRACE_RING=SIZE, GOTRACE_RING=DURATION, GOTRACE_RING=DURATION,SIZE",
    "--ring and --last of instrumented programs: 256MiB, 30s, or 30s,1GiB. A trace then has the last stretch of the run, also after kill -9",
  ],
  ["GOTRACE_START=paused", "--paused of instrumented programs"],
  [
    "GOTRACE_RECORD=+REGEXP;-REGEXP",
    "--record and --no-record of instrumented programs, in order, with ; between them",
  ],
  ["GOTRACE_RECORD_MIN=DURATION", "--record-min of instrumented programs, in one unit: 10us"],
  ["GOTRACE_RECORD_DEPTH=N", "--record-depth of instrumented programs"],
  [
    "GOTRACE_DUMP_WHEN=COND;COND",
    "when to copy the ring of an instrumented program: FUNC.time > 500ms, FUNC.panics, panic, or with GOTRACE_STATES=1 FUNC.lock > 10ms, for which a snapshot is kept if the call took as long. FUNC is a name, or an expression between slashes; signal:SIGUSR1 if the binary was built with --dump-when signal:SIGUSR1. Without GOTRACE_RING, the ring has 64 MiB",
  ],
  [
    "GOTRACE_DUMP_DIR=DIR",
    "directory for its snapshots (default: snapshots/ in GOTRACE_OUT); it is made if it is missing, its parent must exist",
  ],
  ["GOTRACE_DUMP_EVERY=DURATION", "--dump-every of instrumented programs, in one unit (default 60s)"],
  ["GOTRACE_DUMP_KEEP=N", "--dump-keep of instrumented programs (default 10)"],
  ["GOTRACE_DUMP_SIZE=SIZE", "--dump-size of instrumented programs (default: no limit)"],
  [
    "GOTRACE_STATES=1",
    "a program of 'gotrace build --states' also records what the scheduler did: <pid>-<n>.trace beside <pid>-<n>.gotrace in GOTRACE_OUT; beside a ring (Go 1.25 and later) at its end, and in each snapshot. Set by run, exec, test, flame, json, stats and top, 0 without --states",
  ],
  [
    "GOTRACE_CACHE=DIR",
    "directory for rewritten files and the trace of the last run (default: gotrace in the user's cache directory; once a day, entries that were not used for ten days are removed, and builds beyond 5 GiB, the least recently used first)",
  ],
  ["GOTRACE_TOKEN=TOKEN", "the bearer token that capture sends to the server that it is given, without --token-file"],
  ["GOTRACE_WEBHOOK=URL", "--webhook of 'gotrace capture --watch', where the URL is a secret"],
  ["GOTRACE_KEEP_SIZE=SIZE", "the largest trace, on disk, that is kept as the last run (default 1GiB)"],
  ["GOTRACE_DEBUG=1", "show where an internal error happened"],
  ["TMPDIR=DIR", "where temporary workspaces lie"],
  [
    "NO_COLOR, FORCE_COLOR, TERM=dumb",
    "honoured as in Node; otherwise colours, progress and shortened names appear only on a terminal",
  ],
];

/** The texts of `gotrace help TOPIC`, by topic. */
export const topics: Readonly<Record<string, string>> = {
  "exit-codes": `Exit codes:\n${entries(exitCodes)}\n`,
  environment: `Environment:\n${entries(environment)}\n`,
};
