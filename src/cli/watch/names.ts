/** Names of snapshots: what the agent and the runtime of traced programs call them. */

/** What a name says. */
export interface SnapshotName {
  /** Written under another name and renamed when complete, so that it is complete wherever it is seen. */
  readonly whole: boolean;
  readonly pid?: number;
  /** When it was written, RFC 3339. */
  readonly time?: string;
  readonly reason?: string;
}

/** `20261129T143205.123456789Z-4711-3-gc.pause.trace` of the agent, `20261129T143205.123Z-4711-3.gotrace` of the runtime. */
const NAME =
  /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z-(\d+)-(?:\d+|exit)(?:-([\w.-]+?))?\.(?:trace|gotrace)$/;
/** What a traced process itself writes, in the directory that GOTRACE_OUT names. */
const OWN = /^\d+-\d+\.(?:trace|gotrace)$/;

/** Whether a file of this name is taken: not what is not yet complete, and no trace of a traced process itself. */
export function isSnapshot(name: string): boolean {
  return /^[^.].*\.(?:trace|gotrace)$/s.test(name) && !OWN.test(name);
}

/** Whether a name that a server sent can be a file's: no path, nothing hidden, nothing that a shell or a terminal takes for more. */
export function isPlain(name: string): boolean {
  return /^[\w][\w.+=@-]{0,200}$/.test(name) && isSnapshot(name);
}

/** What a name says; only that it may not be complete, if it says nothing. */
export function readName(name: string): SnapshotName {
  const match = NAME.exec(name);
  if (!match) return { whole: false };
  const [, year, month, day, hours, minutes, seconds, fraction = "", pid, reason] = match;
  const time = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}${fraction}Z`;
  return {
    whole: true,
    pid: Number(pid),
    ...(Number.isNaN(Date.parse(time)) ? {} : { time }),
    ...(reason === undefined ? {} : { reason }),
  };
}
