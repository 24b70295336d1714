/** Where snapshots come from. */

/** A snapshot that lies on this machine, complete. */
export interface Arrived {
  readonly name: string;
  readonly path: string;
  /** What it is, if its name alone does not say it: another file of the same name is another snapshot. */
  readonly what: string;
}

/** A directory or a server that is looked at again and again. */
export interface SnapshotSource {
  /** For messages. */
  readonly called: string;
  /** How many snapshots could not be had. */
  readonly leftOut: number;
  /**
   * The snapshots that have come, oldest first; each is brought here when its turn comes. Those that were reported are left out.
   * @param last whether there is no later look: what may be incomplete is taken as it is
   * @throws UserError if the directory or the server cannot be read now
   */
  look(last: boolean, signal: AbortSignal): AsyncIterable<Arrived>;
}
