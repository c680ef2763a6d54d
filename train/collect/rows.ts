/** Tables of numbers that lie row by row: choosing rows, and laying tables one after the other. */

/** At most `most` rows, spread evenly over all; values are [rows, width]. */
export function spreadRows(values: Float32Array, width: number, most: number): Float32Array {
  const rows = values.length / width;
  const kept = Math.min(most, rows);
  const chosen = new Float32Array(kept * width);
  for (let index = 0; index < kept; index++) {
    const row = Math.floor((index * rows) / kept);
    chosen.set(values.subarray(row * width, (row + 1) * width), index * width);
  }
  return chosen;
}

/** One after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
