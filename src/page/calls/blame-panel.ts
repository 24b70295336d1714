/** The part of a function's panel that says who made it wait, and whom it made wait. */
import { formatDuration, formatNumberOf } from "../../base/units.js";
import { culpritName } from "../../render/culprit.js";
import { STATES, type StateName } from "../data/states.js";
import { h } from "../dom.js";
import { type BlameSum, blameOf } from "./blame.js";
import type { Part } from "./state.js";

/** Entries of a list, and the share of its time that one must have. */
const MOST = 8;
const SHARE = 0.01;

/** For what a goroutine waits, and what the one that ended it did. */
const words: Partial<Record<StateName, readonly [what: string, did: string]>> = {
  lock: ["for the lock", "held"],
  wait: ["for a WaitGroup, Cond or Once", "ended"],
  channel: ["for a channel", "ended"],
  select: ["in a select", "ended"],
  runnable: ["for a processor", "used"],
};

/** The lists; nothing without blame. @param open opens another function */
export function blamePanel(part: Part, func: number, open: (func: number) => void): HTMLElement[] {
  const link = (other: number) =>
    h(
      "button",
      { type: "button", class: "link", title: part.model.name(other), click: () => open(other) },
      h("code", {}, part.model.shortName(other)),
    );
  const inner = (sum: BlameSum) => (sum.inner === func || sum.inner < 0 ? [] : [", in ", link(sum.inner)]);
  const waits = (sum: BlameSum): (Node | string)[] => {
    const [what, did] = phrase(sum);
    const { other, via, cause } = sum;
    const text = culpritName({ culprit: other < 0 ? undefined : "", via, cause }, (name) => part.model.shorten(name));
    const by =
      other < 0
        ? [text.startsWith("(") ? ` ${text}` : `, ended by ${text}`]
        : did === "ended"
          ? [", ended by ", link(other), text]
          : [" that ", link(other), `${text} ${did}`];
    return [`${formatDuration(sum.time)} ${what}`, ...by, ...inner(sum), counts(sum)];
  };
  const others = (sum: BlameSum): (Node | string)[] => {
    const [what, did] = phrase(sum);
    const how = did === "ended" ? ", which it ended" : ` that it ${did}`;
    return [link(sum.other), ` ${formatDuration(sum.time)} ${what}${how}`, ...inner(sum), counts(sum)];
  };
  return [
    ...list("Waits", blameOf(part, func, "waiter"), waits),
    // What untraced code waited for is of no use here, and it is much: servers wait for processors all the time.
    ...list(
      "Makes others wait",
      blameOf(part, func, "culprit").filter(({ other }) => other >= 0),
      others,
    ),
  ];
}

function phrase({ state, starts }: BlameSum): readonly [what: string, did: string] {
  if (starts) return ["to start, for a processor", "used"];
  return words[STATES[state]] ?? [`(${STATES[state]})`, "ended"];
}

function counts({ waits, longest }: BlameSum): string {
  if (waits === 0) return "";
  return ` (${formatNumberOf(waits, "wait")}${waits > 1 ? `, longest ${formatDuration(longest)}` : ""})`;
}

function list(title: string, sums: readonly BlameSum[], text: (sum: BlameSum) => (Node | string)[]): HTMLElement[] {
  if (sums.length === 0) return [];
  const all = sums.reduce((sum, { time }) => sum + time, 0);
  const shown = sums.slice(0, MOST).filter(({ time }) => time >= SHARE * all);
  const rest = all - shown.reduce((sum, { time }) => sum + time, 0);
  return [
    h("h3", {}, title),
    h(
      "ul",
      { class: "blame", "aria-label": title },
      ...shown.map((sum) => h("li", {}, ...text(sum))),
      shown.length < sums.length &&
        h(
          "li",
          { class: "faint" },
          `${formatDuration(rest)} in ${formatNumberOf(sums.length - shown.length, "other way")}`,
        ),
    ),
  ];
}
