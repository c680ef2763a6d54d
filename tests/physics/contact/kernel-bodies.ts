/** The kernel's contacts of the same bodies, without a solver: tables laid by hand, poses put in, lists read out. */
import { type Kernel, startKernel } from '../../../physics/kernel.ts';
import {
  type Body,
  type Contact,
  contactOffset,
  inOrder,
  type Meeting,
  type Motion,
  timeStep,
  type Vector,
} from './bodies.ts';

/** A patch as the solver gets it. */
export interface Patch {
  readonly first: number;
  readonly second: number;
  readonly normal: Vector;
  readonly contacts: readonly Contact[];
  /** Arms from both bodies' centres of mass in the world, and the first's place minus the second's. */
  readonly anchors: readonly { readonly first: Vector; readonly second: Vector; readonly error: Vector }[];
  /** Address of the word that says that friction slipped. */
  readonly broken: number;
}

/** What the kernel exports for this alone. */
interface ContactKernel extends Kernel {
  findContactsOf(group: number): void;
  contactList(lane: number): number;
}

const v128 = 16;
const kinds = { ball: 0, capsule: 1, box: 2, plane: 3 } as const;

export class KernelBodies {
  readonly #kernel: ContactKernel;
  readonly #layout: Kernel['layout'];
  readonly #floats: Float32Array;
  readonly #words: Uint32Array;
  readonly #group: number;
  readonly #lanesAt: number;
  readonly pairs: readonly (readonly [first: number, second: number])[];
  /** Of each body in the kernel; of fixed ones -1. */
  readonly #dynamic: readonly number[];

  constructor(
    module: WebAssembly.Module,
    bodies: readonly Body[],
    { speculative = true, overlookZ = true, mayTouch = (_a: number, _b: number) => true } = {},
  ) {
    const memory = new WebAssembly.Memory({ initial: 64 });
    this.#floats = new Float32Array(memory.buffer);
    this.#words = new Uint32Array(memory.buffer);
    this.#kernel = startKernel(module, memory) as ContactKernel;
    let dynamic = 0;
    this.#dynamic = bodies.map(({ fixed }) => (fixed ? -1 : dynamic++));
    this.pairs = bodies
      .flatMap((_, a) => bodies.slice(0, a).map((_, b) => inOrder(bodies, a, b)))
      .filter(([first, second]) => !(bodies[first]!.fixed && bodies[second]!.fixed) && mayTouch(first, second))
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);

    const { layout } = this.#kernel;
    this.#layout = layout;
    this.#kernel.measure(dynamic, 0, bodies.length, this.pairs.length);
    let at = Math.ceil(this.#kernel.firstFree() / v128) * v128;
    const take = (bytes: number) => {
      const taken = at;
      at += Math.ceil(bytes / v128) * v128;
      return taken;
    };
    const configuration = take(128);
    const shapes = take(bodies.length * layout.SHAPE_BYTES);
    const pairs = take(this.pairs.length * layout.PAIR_BYTES);
    const scratch = take(this.#kernel.contactScratchBytes());
    const groupBytes = layout.HEADER * v128 + dynamic * layout.BODY_BYTES;
    this.#group = take(groupBytes);
    const laneBytes = this.#kernel.contactLaneBytes();
    this.#lanesAt = take(4 * laneBytes);
    if (at > memory.buffer.byteLength) throw new Error('the test gives the kernel too little memory');

    bodies.forEach((body, index) => {
      this.#writeShape(shapes + index * layout.SHAPE_BYTES, body, this.#dynamic[index]!);
    });
    this.pairs.forEach(([first, second], index) => {
      const word = (pairs + index * layout.PAIR_BYTES) >> 2;
      this.#words.set([first, second, this.#dynamic[first]!, this.#dynamic[second]!], word);
    });
    const word = configuration >> 2;
    this.#words.set([dynamic, 0, bodies.length, this.pairs.length, 0, 0, shapes, pairs, 0, 0, 0], word);
    this.#words.set([this.#group, groupBytes, this.#lanesAt, laneBytes, 0], word + 11);
    this.#floats[word + 16] = timeStep;
    this.#words.set([Number(speculative), Number(overlookZ)], word + 25);
    this.#floats[word + 27] = 0.025;
    this.#kernel.configure(configuration, scratch);
    for (let lane = 0; lane < 4; lane++) this.#kernel.clearLane(lane);
  }

  #writeShape(at: number, { shape, position, rotation }: Body, dynamic: number): void {
    const word = at >> 2;
    this.#words.set([dynamic, kinds[shape.kind]], word);
    const size =
      shape.kind === 'box'
        ? shape.halfExtents
        : shape.kind === 'plane'
          ? [0, 0, 0]
          : [shape.radius, shape.kind === 'capsule' ? shape.halfHeight : 0, 0];
    this.#floats.set(size, word + 2);
    if (dynamic < 0) this.#floats.set([...position, ...rotation], word + 5);
    else this.#floats.set([0, 0, 0, 0, 0, 0, 1], word + 5);
    this.#floats[word + 12] = contactOffset;
    this.#words[word + 13] = shape.kind === 'plane' ? 1 : 0;
  }

  /** Puts the bodies of one lane somewhere. */
  place(motions: readonly Motion[], lane = 0): void {
    motions.forEach((motion, index) => {
      const body = this.#dynamic[index]!;
      if (body < 0) return;
      const { POSITION, ROTATION, VELOCITY, SPIN } = this.#layout;
      const put = (place: number, values: Float32Array) => {
        values.forEach((value, part) => {
          this.#floats[this.#wordOf(body, place + part * v128, lane)] = value;
        });
      };
      put(ROTATION, motion.subarray(0, 4));
      put(POSITION, motion.subarray(4, 7));
      put(VELOCITY, motion.subarray(7, 10));
      put(SPIN, motion.subarray(10, 13));
    });
  }

  /** Place of one lane's number of a body, as a word. */
  #wordOf(body: number, place: number, lane: number): number {
    const { HEADER, BODY_BYTES } = this.#layout;
    return ((this.#group + HEADER * v128 + body * BODY_BYTES + place) >> 2) + lane;
  }

  /** Finds contacts of all four lanes. */
  find(): void {
    this.#kernel.findContactsOf(0);
  }

  /** What was found in one lane. */
  patches(lane = 0): Patch[] {
    const list = this.#kernel.contactList(lane) >> 2;
    const vector = (word: number): Vector => [this.#floats[word]!, this.#floats[word + 1]!, this.#floats[word + 2]!];
    return Array.from({ length: this.#words[list]! }, (_, index) => {
      const word = list + 4 + index * 64;
      const [pair, points, anchors, broken] = this.#words.subarray(word, word + 4);
      const [first, second] = this.pairs[pair!]!;
      const normal = vector(word + 4);
      return {
        first,
        second,
        normal,
        broken: broken!,
        contacts: Array.from({ length: points! }, (_, point) => ({
          normal,
          point: vector(word + 8 + point * 4),
          separation: this.#floats[word + 8 + point * 4 + 3]!,
        })),
        anchors: Array.from({ length: anchors! }, (_, anchor) => {
          const at = word + 24 + anchor * 12;
          return { first: vector(at), second: vector(at + 4), error: vector(at + 8) };
        }),
      };
    });
  }

  /** The same as PhysX tells it: by pair. */
  meetings(lane = 0): Meeting[] {
    const byPair = new Map<string, { first: number; second: number; contacts: Contact[] }>();
    for (const { first, second, contacts } of this.patches(lane)) {
      const key = `${first} ${second}`;
      const meeting = byPair.get(key) ?? { first, second, contacts: [] };
      meeting.contacts.push(...contacts);
      byPair.set(key, meeting);
    }
    return [...byPair.values()];
  }

  /** All that a lane remembers. */
  remembered(lane: number): Uint8Array {
    const bytes = this.#kernel.contactLaneBytes();
    return new Uint8Array(this.#words.buffer, this.#lanesAt + lane * bytes, bytes).slice();
  }

  /** Puts back what a lane is to remember. */
  remember(lane: number, bytes: Uint8Array): void {
    new Uint8Array(this.#words.buffer, this.#lanesAt + lane * bytes.length, bytes.length).set(bytes);
  }

  /** Bits of what the bodies of a lane touch, and whose touches began or ended. */
  touches(lane = 0): { bodies: number[]; happened: number; overflow: number } {
    const { TOUCHING, HAPPENED, OVERFLOW } = this.#layout;
    const header = (place: number) => this.#words[((this.#group + place) >> 2) + lane]!;
    const bodies = this.#dynamic.filter((body) => body >= 0);
    return {
      bodies: bodies.map((body) => this.#words[this.#wordOf(body, TOUCHING, lane)]!),
      happened: header(HAPPENED),
      overflow: header(OVERFLOW),
    };
  }

  /** Says that friction of a patch slipped. */
  break(patch: Patch): void {
    this.#words[patch.broken >> 2] = 1;
  }
}
