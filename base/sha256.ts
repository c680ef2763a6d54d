/**
 * SHA-256 where Node's is not there: a page that is not served by https has no crypto.subtle either. FIPS 180-4; in Node take
 * files/hash.ts, which is many times as fast.
 */

/** The first 32 bits of the fractions of the roots of the first primes: of square roots the first 8, of cube roots 64. */
const [START, ROUNDS] = constants();

/** In lower-case hex. */
export function sha256InScript(content: Uint8Array): string {
  const padded = new Uint8Array(((content.length + 8) >> 6) * 64 + 64);
  padded.set(content);
  padded[content.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(content.length) * 8n);
  const state = START.slice();
  const words = new Int32Array(64);
  for (let at = 0; at < padded.length; at += 64) addBlock(view, at, state, words);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function addBlock(view: DataView, at: number, state: Int32Array, words: Int32Array): void {
  for (let round = 0; round < 16; round++) words[round] = view.getInt32(at + 4 * round);
  for (let round = 16; round < 64; round++) {
    const [a, b] = [words[round - 15]!, words[round - 2]!];
    const first = turned(a, 7) ^ turned(a, 18) ^ (a >>> 3);
    const second = turned(b, 17) ^ turned(b, 19) ^ (b >>> 10);
    words[round] = words[round - 16]! + first + words[round - 7]! + second;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < 64; round++) {
    const chosen = (e & f) ^ (~e & g);
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + chosen + ROUNDS[round]! + words[round]!) | 0;
    const most = (a & b) ^ (a & c) ^ (b & c);
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + most) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index]! += word;
}

/** Turned to the right, bit by bit. */
function turned(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function constants(): [Int32Array, Int32Array] {
  const primes: number[] = [];
  for (let number = 2; primes.length < 64; number++) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  const bitsOf = (root: number) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  const squares = Int32Array.from(primes.slice(0, 8), (prime) => bitsOf(Math.sqrt(prime)));
  return [squares, Int32Array.from(primes, (prime) => bitsOf(Math.cbrt(prime)))];
}
