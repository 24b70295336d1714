/**
 * Which snapshots were reported, so that a restart does not report them again: a small file in gotrace's cache, or that of
 * `--state`. It has the snapshots that still exist where they come from, and no others, which bounds it.
 */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { messageOf } from "../../base/errors.js";
import { digest, ensureDirectory, openCache, writeAtomically } from "../../gotool/cache.js";

const VERSION = 1;
/** Milliseconds between two writes of the file while many snapshots come at once. */
const INTERVAL = 500;

/** The snapshots that were reported: by name, what they were (size and time of change of files; empty on servers). */
export class Seen {
  #names = new Map<string, string>();
  /** Under way: reported in this process, but not yet everywhere. */
  readonly #pending = new Map<string, string>();
  #hasFailed = false;
  #isSaved = true;
  #last = Number.NEGATIVE_INFINITY;

  /**
   * @param file undefined to remember nothing
   * @param anew ignores what the file says
   * @param say prints a line for the user
   */
  constructor(
    private readonly file: string | undefined,
    anew: boolean,
    private readonly say: (line: string) => void,
  ) {
    if (file === undefined || anew) return;
    try {
      const { version, seen } = JSON.parse(readFileSync(file, "utf8")) as { version: unknown; seen: unknown };
      if (version !== VERSION || typeof seen !== "object" || seen === null) throw new Error("it has another form");
      this.#names = new Map(Object.entries(seen).map(([name, what]) => [name, String(what)]));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      say(`${file} does not say what was reported before: ${messageOf(error)}: all is reported again`);
    }
  }

  get names(): readonly string[] {
    return [...this.#names.keys()];
  }

  has(name: string, what: string): boolean {
    return this.#names.get(name) === what || this.#pending.get(name) === what;
  }

  /** Keeps a snapshot from being taken a second time, until {@link add} remembers it; a restart takes it again. */
  begin(name: string, what: string): void {
    this.#pending.set(name, what);
  }

  /** Remembers a snapshot; on disk by {@link save} at the latest. */
  add(name: string, what: string): void {
    this.#pending.delete(name);
    this.#names.set(name, what);
    this.#isSaved = false;
    if (performance.now() - this.#last > INTERVAL) this.save();
  }

  /** Forgets snapshots that are gone. */
  keep(still: (name: string) => boolean): void {
    const gone = this.names.filter((name) => !still(name));
    for (const name of gone) this.#names.delete(name);
    this.#isSaved &&= gone.length === 0;
  }

  /** Writes the file if there is anything new. */
  save(): void {
    if (this.file === undefined || this.#isSaved) return;
    this.#isSaved = true;
    this.#last = performance.now();
    try {
      ensureDirectory(dirname(this.file));
      writeAtomically(this.file, `${JSON.stringify({ version: VERSION, seen: Object.fromEntries(this.#names) })}\n`);
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) {
        this.say(`cannot write ${this.file}: ${messageOf(error)}: a restart will report again what it does not have`);
      }
      this.#hasFailed = true;
    }
  }
}

/**
 * The file with the state of a watch.
 * @param named the value of `--state`
 * @param what is watched: the absolute path of a directory, which need not exist yet, or the address of a server
 * @returns undefined if there is no place for one
 */
export function stateFile(
  named: string | undefined,
  what: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): string | undefined {
  if (named !== undefined) return resolve(named);
  try {
    return join(openCache(env, process.cwd()), "watch", `${digest(what).slice(0, 16)}.json`);
  } catch (error) {
    say(`${messageOf(error)}: a restart will report everything again; --state names a file to remember it in`);
    return undefined;
  }
}
