/**
 * A view of bodies whose masses lie askew in them: the simulator keeps the rotations of the principal axes of a body's mass, and what
 * is asked for are those of the body. So here everything is copied, turned back.
 */
import type { BodyView, Field } from './body-view.ts';
import type { Quaternion } from './rotation.ts';

/** Numbers of a body: position 3, rotation 4, velocity 3, spin 3, touching 1. */
const size = 14;
const at = { position: 0, rotation: 3, velocity: 7, spin: 10, touching: 13 };

export class TurnedView implements BodyView {
  readonly floats: Float32Array;
  readonly words: Uint32Array;
  readonly part = 1;
  readonly position: Field = { first: at.position, body: size };
  readonly rotation: Field = { first: at.rotation, body: size };
  readonly velocity: Field = { first: at.velocity, body: size };
  readonly spin: Field = { first: at.spin, body: size };
  readonly touching: Field = { first: at.touching, body: size };
  readonly groundBit: number;
  readonly centres: Float64Array;
  readonly #raw: BodyView;
  readonly #turns: readonly Quaternion[];

  /** @param turns from each body's axes to the principal axes of its mass. */
  constructor(raw: BodyView, turns: readonly Quaternion[]) {
    this.#raw = raw;
    this.#turns = turns;
    this.groundBit = raw.groundBit;
    this.centres = raw.centres;
    this.floats = new Float32Array(turns.length * size);
    this.words = new Uint32Array(this.floats.buffer);
  }

  /** Brings it up to date. */
  update(): void {
    const { floats, words, part, position, rotation, velocity, spin, touching } = this.#raw;
    this.#turns.forEach(([tx, ty, tz, tw], body) => {
      const into = body * size;
      for (let which = 0; which < 3; which++) {
        this.floats[into + at.position + which] = floats[position.first + body * position.body + which * part]!;
        this.floats[into + at.velocity + which] = floats[velocity.first + body * velocity.body + which * part]!;
        this.floats[into + at.spin + which] = floats[spin.first + body * spin.body + which * part]!;
      }
      this.words[into + at.touching] = words[touching.first + body * touching.body]!;
      const from = rotation.first + body * rotation.body;
      const x = floats[from]!;
      const y = floats[from + part]!;
      const z = floats[from + 2 * part]!;
      const w = floats[from + 3 * part]!;
      // Times the conjugate of the turn.
      this.floats[into + at.rotation] = x * tw - w * tx - y * tz + z * ty;
      this.floats[into + at.rotation + 1] = y * tw - w * ty - z * tx + x * tz;
      this.floats[into + at.rotation + 2] = z * tw - w * tz - x * ty + y * tx;
      this.floats[into + at.rotation + 3] = w * tw + x * tx + y * ty + z * tz;
    });
  }
}
