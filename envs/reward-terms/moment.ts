/** What reward terms look at: one character in one physics step, whoever simulates it. */

type Vector = readonly [x: number, y: number, z: number];

/** One kind of number: of body b it begins at `first + b * body`. */
interface Field {
  readonly first: number;
  readonly body: number;
}

/** Where the bodies' numbers lie; `part` from x to y to z to w. (A world's `BodyView` is one.) */
export interface Bodies {
  readonly floats: Float32Array;
  readonly words: Uint32Array;
  readonly part: number;
  /** Of the centre of mass, m. */
  readonly position: Field;
  /** x y z w. */
  readonly rotation: Field;
  /** Of the centre of mass, m/s. */
  readonly velocity: Field;
  /** A word, of which `groundBit` is set while the body touches the ground. */
  readonly touching: Field;
  readonly groundBit: number;
}

/** A foot or a hand. */
export interface Limb {
  readonly body: number;
  /** -1 left, 1 right, 0 neither. */
  readonly side: -1 | 0 | 1;
  /** Of its centre of mass above the ground in the start pose, m. */
  readonly height: number;
}

/** What of a character the terms must know. */
export interface CharacterBodies {
  readonly root: number;
  /** The directions that are up and forward in the start pose, in the root's coordinates. */
  readonly up: Vector;
  readonly forward: Vector;
  readonly feet: readonly Limb[];
  readonly hands: readonly Limb[];
  /** m: what lengths are told in. */
  readonly legLength: number;
  readonly armLength: number;
  /** kg, of each body. */
  readonly masses: readonly number[];
}

interface Point {
  x: number;
  y: number;
  z: number;
}

/** Written over each physics step. */
export class Moment {
  readonly character: CharacterBodies;
  /** Of a physics step. */
  readonly seconds: number;
  bodies!: Bodies;
  /** The goal's direction is (x, 0, z). */
  goal: { readonly x: number; readonly z: number } = { x: 0, z: 1 };
  /** Mean of the bodies' velocities, m/s. */
  meanVelocity: Readonly<Point> = { x: 0, y: 0, z: 0 };
  /** m/s. */
  targetSpeed = 0;
  /** m/s2, downwards. */
  gravity = 9.81;
  /** Of the ground below a point, m. */
  groundAt: (x: number, z: number) => number = () => 0;
  /** Where what was up and forward of the root in the start pose points now. */
  readonly up: Point = { x: 0, y: 1, z: 0 };
  readonly forward: Point = { x: 0, y: 0, z: 1 };

  constructor(character: CharacterBodies, seconds: number) {
    this.character = character;
    this.seconds = seconds;
  }

  /** After the fields above were set. */
  look(): void {
    const { root, up, forward } = this.character;
    this.#turned(root, up, this.up);
    this.#turned(root, forward, this.forward);
  }

  isOnGround(body: number): boolean {
    const { words, touching, groundBit } = this.bodies;
    return (words[touching.first + body * touching.body]! & groundBit) !== 0;
  }

  /** How far the left ones are ahead of the right ones, on the way to the goal, m. */
  lead(limbs: readonly Limb[]): number {
    const { floats, part, position } = this.bodies;
    let [left, right, lefts, rights] = [0, 0, 0, 0];
    for (const { body, side } of limbs) {
      const at = position.first + body * position.body;
      const along = floats[at]! * this.goal.x + floats[at + 2 * part]! * this.goal.z;
      if (side < 0) {
        left += along;
        lefts += 1;
      } else if (side > 0) {
        right += along;
        rights += 1;
      }
    }
    return lefts > 0 && rights > 0 ? left / lefts - right / rights : 0;
  }

  #turned(body: number, [vx, vy, vz]: Vector, into: Point): void {
    const { floats, part, rotation } = this.bodies;
    const at = rotation.first + body * rotation.body;
    const [x, y, z, w] = [floats[at]!, floats[at + part]!, floats[at + 2 * part]!, floats[at + 3 * part]!];
    const tx = 2 * (y * vz - z * vy);
    const ty = 2 * (z * vx - x * vz);
    const tz = 2 * (x * vy - y * vx);
    into.x = vx + w * tx + y * tz - z * ty;
    into.y = vy + w * ty + z * tx - x * tz;
    into.z = vz + w * tz + x * ty - y * tx;
  }
}
