/** What a flame graph shows, and the controls to choose it. */
import { partName, STATES, State, statesOfPart } from "../data/states.js";
import { select } from "../dom.js";
import type { Order, Shown, Weight } from "./layout.js";
import { statesUsed } from "./part-states.js";
import type { Part } from "./state.js";

const weights: readonly (readonly [weight: Weight, title: string, meaning: string])[] = [
  ["total", "total time", "Width is the time between enter and exit; goroutines stand beside one another"],
  ["self", "self time", "Width is the self time of a frame and of all beneath it, goroutines that it started included"],
  ["calls", "calls", "Width is the number of calls of a frame and of all beneath it"],
];
const ALL = "all";

interface FlameChoice extends Shown {
  /** Whether colours are states, not functions. */
  readonly colourByState: boolean;
}

/** @param change called when a choice was made */
export function flameControls(part: Part, change: () => void) {
  const { states } = part.process;
  let weight: Weight = "total";
  let order: Order = "weight";
  let word = ALL;
  let colour = states ? "state" : "function";
  const choose = (set: (value: string) => void) => (value: string) => {
    set(value);
    change();
  };
  const used = states ? statesUsed(states.paths) : [];
  const offCpu = used.some((state) => state !== State.running && state !== State.unknown) ? ["off-cpu"] : [];
  const words = [ALL, ...offCpu, ...used.map((state) => STATES[state])];
  const wordSelect = select(
    "in state",
    words.map((word) => [word, word === "off-cpu" ? "off-CPU" : word]),
    choose((value) => {
      word = value;
    }),
  );
  const elements = [
    select(
      "Width",
      weights.map(([value, title]) => [value, title]),
      choose((value) => {
        weight = value as Weight;
        wordSelect.querySelector("select")!.disabled = weight === "calls";
      }),
    ),
    ...(states ? [wordSelect] : []),
    select(
      "Order",
      [
        ["weight", "widest first"],
        ["start", "first called first"],
      ],
      choose((value) => {
        order = value as Order;
      }),
    ),
    ...(states
      ? [
          select(
            "Colour",
            [
              ["state", "states"],
              ["function", "functions"],
            ],
            choose((value) => {
              colour = value;
            }),
          ),
        ]
      : []),
  ];
  return {
    elements,
    /** The states that occur in the process. */
    used,
    get choice(): FlameChoice {
      const states = weight === "calls" ? undefined : statesOfPart(word);
      return { weight, order, states, colourByState: colour === "state" };
    },
    /** What widths measure: `time`, `lock time`, `calls`. */
    get unit(): string {
      const { states } = this.choice;
      return weight === "calls" ? "calls" : states ? `${partName(states)} time` : "time";
    },
    /** A sentence about widths. */
    get meaning(): string {
      const { states } = this.choice;
      const only = states
        ? `, as far as it was spent ${states.length > 1 ? "off the CPU" : `in the state ${partName(states)}`}`
        : "";
      return `${weights.find(([value]) => value === weight)![2]}${only}.`;
    },
  };
}
