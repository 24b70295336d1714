/** Functions whose calls are requests because the user has named them. The core marks their nodes when it makes them. */
import { ID_LIMIT, type ProcessTrace } from "../../calltrace/index.js";
import { NodeMark, NodePlace } from "../codes.js";
import type { Core } from "./core.js";

export interface NamedRoot {
  /** How the user named them. */
  readonly text: string;
  readonly matches: (name: string) => boolean;
}

export class CoreRoots {
  /** Definitions that have been looked at. */
  private looked = 0;

  /** @param process whose definitions may become more */
  constructor(
    private readonly core: Core,
    private readonly root: NamedRoot,
    private readonly process: Pick<ProcessTrace, "definitions">,
  ) {
    core.exports.setRoots(core.roots);
  }

  /** Tells the core about the functions that are defined by now. */
  look(): void {
    const { core, root, process } = this;
    if (process.definitions.size === this.looked) return;
    this.looked = process.definitions.size;
    for (const { id, kind, name } of process.definitions.values()) {
      if (id <= ID_LIMIT && kind === "function" && root.matches(name)) core.bytes[core.roots + id] = 1;
    }
  }

  /** Whether one of the functions was called before its name was known. */
  get hasMissed(): boolean {
    this.look();
    const { core } = this;
    const count = core.exports.count.value;
    for (let node = 1; node < count; node++) {
      const at = core.nodeAt(node);
      const isMarked = (core.units[(at + NodePlace.mark) / 2] & NodeMark.root) !== 0;
      if (!isMarked && core.bytes[core.roots + core.words[(at + NodePlace.func) / 4]] !== 0) return true;
    }
    return false;
  }
}
