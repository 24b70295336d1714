/** Totals by function over unpacked call paths, in the browser as in Node. */
export { type FramePlaces, framePlaces } from "../../calltree/views/frame-places.js";
export { type CallTotals, callTotals, type Span } from "../../calltree/views/function-totals.js";
