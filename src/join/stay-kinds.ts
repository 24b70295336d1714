/** What stays have in common but their goroutines and times: few kinds, so that each stay needs only a number. */
import { grown, NumberMap } from "../base/columns.js";
import { Words } from "../base/word-numbers.js";

/** The most reasons and places that are told apart. The runtime has some twenty reasons. */
const REASONS = 1 << 8;
const PLACES = 1 << 20;

export class StayKinds {
  private readonly reasonWords = new Words();
  private readonly placeWords = new Words();
  private readonly numbers = new NumberMap();
  /** By kind: its state, its reason, and its two places. */
  private state = new Uint8Array(64);
  private reason = new Uint8Array(64);
  private place = new Uint32Array(64);
  private wakerPlace = new Uint32Array(64);

  constructor() {
    this.reasonWords.numberOf("");
    this.placeWords.numberOf("");
  }

  get reasons(): readonly string[] {
    return this.reasonWords.list;
  }

  get places(): readonly string[] {
    return this.placeWords.list;
  }

  /** Of a damaged trace, reasons beyond {@link REASONS} and places beyond {@link PLACES} count as "". */
  numberOf(state: number, reason: string, place: string, wakerPlace: string): number {
    const of = (words: Words, word: string, most: number) => {
      const number = words.numberOf(word);
      return number < most ? number : 0;
    };
    const [why, where] = [of(this.reasonWords, reason, REASONS), of(this.placeWords, place, PLACES)];
    const whence = of(this.placeWords, wakerPlace, PLACES);
    const key = ((where * PLACES + whence) * REASONS + why) * 16 + state;
    const known = this.numbers.get(key, -1);
    if (known >= 0) return known;
    const kind = this.numbers.size;
    this.numbers.set(key, kind);
    this.state = grown(this.state, kind + 1);
    this.reason = grown(this.reason, kind + 1);
    this.place = grown(this.place, kind + 1);
    this.wakerPlace = grown(this.wakerPlace, kind + 1);
    this.state[kind] = state;
    this.reason[kind] = why;
    this.place[kind] = where;
    this.wakerPlace[kind] = whence;
    return kind;
  }

  stateOf(kind: number): number {
    return this.state[kind];
  }

  reasonOf(kind: number): string {
    return this.reasonWords.list[this.reason[kind]];
  }

  placeOf(kind: number): string {
    return this.placeWords.list[this.place[kind]];
  }

  wakerPlaceOf(kind: number): string {
    return this.placeWords.list[this.wakerPlace[kind]];
  }
}
