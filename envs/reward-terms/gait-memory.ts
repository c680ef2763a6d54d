/** What reward terms keep from one physics step to the next: plain numbers, so that an episode can be saved and gone on with. */
import type { Bodies, CharacterBodies, Moment } from './moment.ts';

/** Seconds that a foot in the air counts for. */
const longestStep = 0.5;
/** Seconds that standing and leading are averaged over. */
const memory = 1;

export class GaitMemory {
  /** Which of the things below are kept up to date. */
  readonly kept = { energy: false, actions: false, feet: false, sides: false };
  /** By how much the energy of the bodies rose in the last step, J; 0 where it fell. */
  rise = 0;
  /** Mean square of half the actions' change in the last decision, 0 to 1. */
  actionChange = 0;
  /** How much longer left feet stood than right ones lately, as a share of the time. */
  standing = 0;
  /** How far left feet were before right ones lately, in lengths of the leg. */
  leading = 0;
  readonly #character: CharacterBodies;
  readonly #lastActions: Float32Array;
  #hasActed = false;
  #masses: readonly number[];
  #energy = 0;
  /** Of each foot, s. */
  readonly #airTimes: Float64Array;

  constructor(character: CharacterBodies, actionSize: number) {
    this.#character = character;
    this.#masses = character.masses;
    this.#lastActions = new Float32Array(actionSize);
    this.#airTimes = new Float64Array(character.feet.length);
  }

  /** An episode begins. @param masses of its bodies, kg. */
  start(bodies: Bodies, gravity: number, masses: readonly number[]): void {
    this.#masses = masses;
    this.rise = this.actionChange = this.standing = this.leading = 0;
    this.#hasActed = false;
    this.#airTimes.fill(0);
    this.forgetEnergy(bodies, gravity);
  }

  /** Takes the energy as it is: what changed it was no joint. */
  forgetEnergy(bodies: Bodies, gravity: number): void {
    if (this.kept.energy) this.#energy = this.#energyOf(bodies, gravity);
  }

  /** A decision at `actions[at]`; what lies beyond -1 to 1 acts like -1 or 1. */
  decide(actions: Float32Array, at: number): void {
    if (!this.kept.actions) return;
    const last = this.#lastActions;
    let squares = 0;
    for (let action = 0; action < last.length; action++) {
      const now = Math.min(Math.max(actions[at + action]!, -1), 1);
      const change = this.#hasActed ? (now - last[action]!) / 2 : 0;
      squares += change * change;
      last[action] = now;
    }
    this.actionChange = squares / last.length;
    this.#hasActed = true;
  }

  /** After a physics step. */
  step(moment: Moment): void {
    if (this.kept.energy) {
      const energy = this.#energyOf(moment.bodies, moment.gravity);
      this.rise = Math.max(energy - this.#energy, 0);
      this.#energy = energy;
    }
    const { feet, legLength } = this.#character;
    if (this.kept.feet) {
      for (let foot = 0; foot < feet.length; foot++) {
        if (moment.isOnGround(feet[foot]!.body)) this.#airTimes[foot] = 0;
        else this.#airTimes[foot]! += moment.seconds;
      }
    }
    if (this.kept.sides) {
      const share = moment.seconds / memory;
      let standing = 0;
      for (const { body, side } of feet) if (moment.isOnGround(body)) standing -= side;
      this.standing += share * (standing / Math.max(feet.length / 2, 1) - this.standing);
      this.leading += share * (moment.lead(feet) / legLength - this.leading);
    }
  }

  /** How well feet are lifted, 0 to 1. */
  lifted({ bodies, groundAt }: Moment): number {
    const { floats, part, position } = bodies;
    const { feet, legLength } = this.#character;
    let [sum, standing] = [0, 0];
    for (let foot = 0; foot < feet.length; foot++) {
      const { body, height } = feet[foot]!;
      const airTime = this.#airTimes[foot]!;
      if (airTime === 0) standing += 1;
      if (airTime === 0 || airTime > longestStep) continue;
      const at = position.first + body * position.body;
      const above = floats[at + part]! - groundAt(floats[at]!, floats[at + 2 * part]!) - height;
      sum += Math.min(Math.max(above / (legLength / 10), 0), 1);
    }
    return standing === 0 ? 0 : Math.min(sum / Math.max(feet.length / 2, 1), 1);
  }

  save(): number[] {
    const { rise, actionChange, standing, leading } = this;
    const acted = this.#hasActed ? 1 : 0;
    return [rise, actionChange, standing, leading, acted, this.#energy, ...this.#lastActions, ...this.#airTimes];
  }

  /** @param next hands out what `save` told, one after the other. */
  restore(next: () => number, masses: readonly number[]): void {
    this.#masses = masses;
    this.rise = next();
    this.actionChange = next();
    this.standing = next();
    this.leading = next();
    this.#hasActed = next() === 1;
    this.#energy = next();
    for (let action = 0; action < this.#lastActions.length; action++) this.#lastActions[action] = next();
    for (let foot = 0; foot < this.#airTimes.length; foot++) this.#airTimes[foot] = next();
  }

  /** Of motion and of height, J. That of turning about their own centres is left out. */
  #energyOf({ floats, part, position, velocity }: Bodies, gravity: number): number {
    let energy = 0;
    for (let body = 0; body < this.#masses.length; body++) {
      const v = velocity.first + body * velocity.body;
      const [x, y, z] = [floats[v]!, floats[v + part]!, floats[v + 2 * part]!];
      const height = floats[position.first + body * position.body + part]!;
      energy += this.#masses[body]! * ((x * x + y * y + z * z) / 2 + gravity * height);
    }
    return energy;
  }
}
