/** Poses between two frames: physics has 75 steps a second, and a screen has its own. */
import { poseSize } from '../../../envs/walker/body-view.ts';

/** Farther than this from one frame to the next, metres, nobody has walked: an episode began. */
const LEAP = 0.6;
/** Milliseconds between frames, within which in-betweens are made up. */
const SHORTEST = 6;
const LONGEST = 400;

export class Interpolation {
  #before: Float32Array | undefined;
  #now: Float32Array | undefined;
  #came = 0;
  #interval = 14;
  #shown: Float32Array | undefined;

  /** @param poses [walkers, rows, 7]. @param time milliseconds at which they came. */
  add(poses: Float32Array, time: number): void {
    const isAlike = this.#now?.length === poses.length;
    const interval = Math.min(Math.max(time - this.#came, SHORTEST), LONGEST);
    this.#interval = isAlike ? this.#interval + 0.2 * (interval - this.#interval) : interval;
    // From where it is shown now, so that nothing jumps where frames come unevenly.
    this.#before = isAlike ? this.at(time).slice() : poses;
    this.#now = poses;
    this.#came = time;
  }

  get isEmpty(): boolean {
    return this.#now === undefined;
  }

  /** @returns poses as they are to be shown, which hold until the next call. */
  at(time: number): Float32Array {
    const [before, now] = [this.#before!, this.#now!];
    if (this.#shown?.length !== now.length) this.#shown = new Float32Array(now.length);
    const share = Math.min(1, Math.max(0, (time - this.#came) / this.#interval));
    for (let row = 0; row < now.length; row += poseSize) blend(before, now, row, share, this.#shown);
    return this.#shown;
  }
}

function blend(before: Float32Array, now: Float32Array, row: number, share: number, into: Float32Array): void {
  let dot = 0;
  for (let part = 0; part < 4; part++) dot += before[row + part]! * now[row + part]!;
  let moved = 0;
  for (let part = 4; part < poseSize; part++) moved += (now[row + part]! - before[row + part]!) ** 2;
  const here = moved > LEAP * LEAP ? 1 : share;
  const sign = dot < 0 ? -1 : 1;
  let length = 0;
  for (let part = 0; part < poseSize; part++) {
    const from = part < 4 ? sign * before[row + part]! : before[row + part]!;
    const value = from + here * (now[row + part]! - from);
    into[row + part] = value;
    if (part < 4) length += value * value;
  }
  for (let part = 0; part < 4; part++) into[row + part]! /= Math.sqrt(length);
}
