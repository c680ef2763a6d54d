/** When two policies part that began alike: the walkers of one beside those of the other, body by body. */
import { type BodyView, originOf, type Point } from '../../envs/walker/body-view.ts';

/** Seconds since the beginning; null where it has not happened yet. */
export interface PartingTimes {
  /** Some body is elsewhere, by however little. */
  readonly first: number | null;
  /** Some body is farther than `apart` from its twin. */
  readonly seen: number | null;
  /** Between the hips of the first two walkers now, metres. */
  readonly hips: number;
}

/** What an eye can see, metres. */
export const apart = 0.1;

export class Parting {
  readonly #bodies: number;
  #first: number | null = null;
  #seen: number | null = null;
  #hips = 0;

  /** @param bodies of each walker. */
  constructor(bodies: number) {
    this.#bodies = bodies;
  }

  get times(): PartingTimes {
    return { first: this.#first, seen: this.#seen, hips: this.#hips };
  }

  /** After a step, at a time in seconds. */
  look(time: number, ones: readonly BodyView[], others: readonly BodyView[]): void {
    let farthest = 0;
    ones.forEach((one, which) => {
      for (let body = 0; body < this.#bodies; body++) {
        const distance = distanceBetween(one, others[which]!, body);
        farthest = Math.max(farthest, distance);
        if (which === 0 && body === 0) this.#hips = distance;
      }
    });
    if (farthest > 0) this.#first ??= time;
    if (farthest > apart) this.#seen ??= time;
  }
}

function distanceBetween(one: BodyView, other: BodyView, body: number): number {
  originOf(one, body, here);
  originOf(other, body, there);
  const [x, y, z] = [here.x - there.x, here.y - there.y, here.z - there.z];
  return Math.sqrt(x * x + y * y + z * z);
}

const here: Point = { x: 0, y: 0, z: 0 };
const there: Point = { x: 0, y: 0, z: 0 };
