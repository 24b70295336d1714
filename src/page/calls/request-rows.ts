/** Where the goroutines of a request, their calls, stays and steps are in its timeline. */
import type { RequestCall, RequestDetail, RequestMember, RequestStay } from "../data/request-detail.js";
import { AXIS } from "./axis.js";
import { ROW } from "./paint.js";

/** Height of the band that shows states. */
export const BAND = 9;
const GAP = 8;

/** A goroutine: pixels from the top of the drawing. */
export interface RequestRow {
  readonly member: RequestMember;
  readonly top: number;
  /** The band of states. */
  readonly band: number;
  /** The first of its calls' levels. */
  readonly calls: number;
  readonly bottom: number;
}

/** Goroutine below goroutine: its name, its states if they are known, its calls. */
export function requestRows({ members }: RequestDetail): RequestRow[] {
  let top = AXIS + 2;
  return members.map((member) => {
    const levels = member.calls.reduce((most, { level }) => Math.max(most, level + 1), 0);
    const band = top + ROW;
    const calls = band + (member.stays.length > 0 ? BAND + 2 : 0);
    const row = { member, top, band, calls, bottom: calls + levels * ROW };
    top = row.bottom + GAP;
    return row;
  });
}

/** What is at a place of the timeline. */
export type RequestItem =
  | { readonly row: RequestRow; readonly call: RequestCall; readonly stay?: undefined }
  | { readonly row: RequestRow; readonly stay: RequestStay; readonly call?: undefined };

/** @param slack how far from a call or a stay still counts, nanoseconds */
export function itemAt(rows: readonly RequestRow[], time: number, y: number, slack: number): RequestItem | undefined {
  const row = rows.find(({ band, bottom }) => y >= band && y < bottom);
  if (row === undefined) return undefined;
  const { stays, calls } = row.member;
  if (y < row.calls) {
    const stay = nearest(stays, ({ begin }) => begin, time, slack);
    return stay && { row, stay };
  }
  const level = Math.floor((y - row.calls) / ROW);
  const call = nearest(
    calls.filter((each) => each.level === level),
    ({ start }) => start,
    time,
    slack,
  );
  return call && { row, call };
}

/** The one around a time, or else the one whose end is nearest. */
function nearest<T extends { readonly end: number }>(
  list: readonly T[],
  startOf: (each: T) => number,
  time: number,
  slack: number,
): T | undefined {
  let found: T | undefined;
  let least = slack;
  for (const each of list) {
    const distance = Math.max(startOf(each) - time, time - each.end, 0);
    if (distance > least || (distance === least && found !== undefined && distance > 0)) continue;
    found = each;
    least = distance;
  }
  return found;
}
