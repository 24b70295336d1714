/** The tables of the flags for the runtime of traced programs; `recorder` and `dump` read them. */
import type { Flag } from "./parse.js";

/** How much a traced program records: for commands that run a program. */
export const recorderFlags: readonly Flag[] = [
  {
    name: "last",
    value: "DURATION",
    help: "keep only the last stretch of the run, for instance 30s: the oldest calls are overwritten, within --ring or --max-trace-size",
  },
  {
    name: "ring",
    value: "SIZE",
    help: "the same by size, for instance 256MiB: the trace of a process never becomes larger",
  },
  {
    name: "record",
    value: "REGEXP",
    repeats: true,
    help: "record only functions whose names match (repeat it; of --record and --no-record, the last one that matches decides)",
  },
  { name: "no-record", value: "REGEXP", repeats: true, help: "do not record functions whose names match" },
  {
    name: "record-min",
    value: "DURATION",
    help: "keep only calls that took at least this, for instance 10us, and their callers; it is counted how many others there were",
  },
  { name: "record-depth", value: "N", help: "record only the N outermost calls on each goroutine's stack" },
  {
    name: "paused",
    help: "record nothing until 'gotrace record --resume' says so, or the key x of 'gotrace top'",
  },
];

export const dumpWhenFlag: Flag = {
  name: "dump-when",
  value: "EXPR",
  repeats: true,
  help: "copy the ring into a file when a call ends that took long or panicked, and go on: 'api.(*Server).ServeHTTP.time > 500ms', 'db.Query.panics', with --states 'db.Query.lock > 5ms', panic (of any function), signal:SIGUSR1 or SIGUSR2, or exit (repeat it). Without --ring and --last, the ring has 64 MiB",
};

/** When a traced program writes snapshots of its ring: for commands that run a program. */
export const dumpFlags: readonly Flag[] = [
  dumpWhenFlag,
  { name: "dump-dir", value: "DIR", help: "where snapshots go (default gotrace-snapshots in this directory)" },
  {
    name: "dump-every",
    value: "DURATION",
    help: "at most one snapshot of a process in this time, except for signals (default 60s)",
  },
  {
    name: "dump-keep",
    value: "N",
    help: "how many snapshots of a process are left; older ones are removed (default 10)",
  },
  {
    name: "dump-size",
    value: "SIZE",
    help: "how large the snapshots of a process may be together (default: no limit)",
  },
];
