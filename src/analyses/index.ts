/** What an execution trace says, as typed results: one pass, memory by what lives at a time and not by events. */
export * from "./charts.js";
export * from "./intervals.js";
export * from "./ranges.js";
