/**
 * A hash of 64 bits that grows with what is simulated. It tells whether two runs are the same to the last bit; it is no secret's guard.
 *
 * Two lanes of 32 bits, each step of which is MurmurHash3's (A. Appleby, public domain), with seeds of their own.
 */
export class RunningHash {
  #a = 0x9747b28c;
  #b = 0x243f6a88;
  #words = 0;

  add(word: number): void {
    const mixed = Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    this.#a = (Math.imul(rotated(this.#a ^ mixed, 13), 5) + 0xe6546b64) | 0;
    this.#b = (Math.imul(rotated(this.#b ^ mixed, 11), 9) + 0x38495ab5) | 0;
    this.#words += 1;
  }

  /** Of all words so far: 16 hexadecimal digits. More may follow. */
  get hex(): string {
    return [this.#a, this.#b].map((lane) => hexOf(finalised(lane ^ this.#words))).join('');
  }
}

/** Of a file's bytes. */
export function hashOfBytes(bytes: Uint8Array): string {
  const hash = new RunningHash();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 4);
  for (let at = 0; at < whole; at += 4) hash.add(view.getUint32(at, true));
  for (let at = whole; at < bytes.length; at++) hash.add(bytes[at]!);
  hash.add(bytes.length);
  return hash.hex;
}

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function finalised(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hexOf(word: number): string {
  return word.toString(16).padStart(8, '0');
}
