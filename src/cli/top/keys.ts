/** The keys of `gotrace top`, and what they have set. */
import { TOP_SORTS, type TopSort } from "../../render/top/screen.js";

const SORT_KEYS: Readonly<Record<string, TopSort>> = {
  s: "self",
  t: "total",
  c: "calls",
  p: "p99",
  m: "max",
  n: "name",
};

/** What a key asks for beyond what it sets. */
export type KeyAction = "quit" | "save" | "reset" | "release" | "gate" | "dump" | undefined;

export class Keys {
  isPaused = false;
  /** The numbers are those since a reset. */
  private isReset = false;
  /** Shows functions and paths with this text in them. */
  filter = "";
  private isTyping = false;

  constructor(public sort: TopSort = TOP_SORTS[0]) {}

  /** The line of help, or the filter while it is typed. */
  get line(): string {
    if (this.isTyping) return `filter: ${this.filter}_   (Enter: done, Esc: none)`;
    const filter = this.filter === "" ? "" : ` (${this.filter})`;
    const pause = this.isPaused ? "go on" : "pause";
    const reset = this.isReset ? "l last" : "r reset";
    const keys = Object.keys(SORT_KEYS).join("");
    return `q quit  space ${pause}  / filter${filter}  ${reset}  x trace  d dump  w write  ${keys} by ${this.sort}`;
  }

  press(text: string): KeyAction {
    if (text === "\x03") return "quit";
    if (this.isTyping) {
      this.type(text);
      return undefined;
    }
    if (text === "q") return "quit";
    if (text === "w") return "save";
    if (text === "x") return "gate";
    if (text === "d") return "dump";
    if (text === "r" || (text === "l" && this.isReset)) {
      this.isReset = text === "r";
      return this.isReset ? "reset" : "release";
    }
    if (text === " ") this.isPaused = !this.isPaused;
    else if (text === "/") {
      this.isTyping = true;
      this.filter = "";
    } else this.sort = SORT_KEYS[text] ?? this.sort;
    return undefined;
  }

  private type(text: string): void {
    if (text === "\r" || text === "\n") this.isTyping = false;
    else if (text === "\x1b") {
      this.isTyping = false;
      this.filter = "";
    } else if (text === "\x7f" || text === "\b") this.filter = this.filter.slice(0, -1);
    else if (!/\p{Cc}/u.test(text)) this.filter += text;
  }
}
