/** Output that is gathered until it is worth passing on. */

/** Text that grows. */
export class TextPieces {
  text = "";

  /** Whether it should be taken. */
  get full(): boolean {
    return this.text.length > 65_536;
  }

  /** What was gathered since the last time. */
  take(): string {
    const { text } = this;
    this.text = "";
    return text;
  }
}
