/** A least-squares line through points added one by one. */
export class Line {
  count = 0;
  firstX = 0;
  firstY = 0;
  lastX = 0;
  lastY = 0;
  private meanX = 0;
  private meanY = 0;
  private xx = 0;
  private xy = 0;

  /** Adds a point. */
  add(x: number, y: number): void {
    if (this.count === 0) [this.firstX, this.firstY] = [x, y];
    [this.lastX, this.lastY] = [x, y];
    this.count++;
    // Welford's update keeps sums of squared differences from the mean, which avoid the cancellation of raw sums. The means
    // are relative to the first point: those of large numbers would be rounded by more than the points differ.
    const [fromX, fromY] = [x - this.firstX, y - this.firstY];
    const dx = fromX - this.meanX;
    this.meanX += dx / this.count;
    this.meanY += (fromY - this.meanY) / this.count;
    this.xx += dx * (fromX - this.meanX);
    this.xy += dx * (fromY - this.meanY);
  }

  /** The slope of the line; 0 with fewer than two distinct x. */
  get slope(): number {
    return this.xx > 0 ? this.xy / this.xx : 0;
  }
}
