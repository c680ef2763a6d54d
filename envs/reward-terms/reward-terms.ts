/** The reward terms of one character, as its episode's weights have them. */
import { UserError } from '../../base/failure/user-error.ts';
import { GaitMemory } from './gait-memory.ts';
import { type Bodies, type CharacterBodies, Moment } from './moment.ts';
import { type TermName, termNames, termTable } from './terms.ts';

/** What a term is called among environment parameters: "reward_upright" is the weight of `upright`. */
export type WeightName = `reward_${TermName}`;

/** Weights that are set; a term without one is not reckoned. */
export type Weights = Readonly<Partial<Record<WeightName, number>>>;

/** The weights as environment parameters: for tables and ranges. */
export const weightParameters = Object.fromEntries(
  termNames.map((name) => {
    const meaning = `weight of a reward term: ${termTable[name].meaning}`;
    return [`reward_${name}`, { unit: '', meaning, default: 0, low: 0, high: 100 }];
  }),
) as Record<WeightName, { unit: string; meaning: string; default: number; low: number; high: number }>;

const weightNames = Object.keys(weightParameters) as WeightName[];

export function isWeightName(name: string): name is WeightName {
  return Object.hasOwn(weightParameters, name);
}

/** Those of some parameters that are weights, each within its range. */
export function weightsOf(parameters: Readonly<Record<string, number | undefined>>): Weights {
  const weights: Partial<Record<WeightName, number>> = {};
  for (const name of weightNames) {
    const value = parameters[name];
    const { low, high } = weightParameters[name];
    if (value !== undefined) weights[name] = Math.min(Math.max(value, low), high);
  }
  return weights;
}

/** @throws UserError where a term is given a weight that this character can't have. */
export function checkWeights(given: object, character: CharacterBodies): void {
  for (const name of termNames) {
    const weight = (given as Readonly<Record<string, unknown>>)[`reward_${name}`];
    if (weight === undefined || weight === 0) continue;
    const lack = termTable[name].lacks?.(character);
    if (lack === undefined) continue;
    throw new UserError({
      what: `this character can't be rewarded so: ${lack}`,
      where: `environment_parameters.reward_${name}`,
      value: weight,
      expected: '0',
      mend: 'leave it out',
    });
  }
}

export class RewardTerms {
  readonly #moment: Moment;
  readonly #memory: GaitMemory;
  /** Terms with a weight, and what each has earned in the episode, weighted. */
  #active: readonly TermName[] = [];
  #weights: readonly number[] = [];
  #earned = new Float64Array(0);

  /** @param seconds of a physics step. */
  constructor(character: CharacterBodies, seconds: number, actionSize: number) {
    this.#moment = new Moment(character, seconds);
    this.#memory = new GaitMemory(character, actionSize);
  }

  /** Whether any has a weight: if not, nothing else here need be called. */
  get isActive(): boolean {
    return this.#active.length > 0;
  }

  /** An episode is to be played with these weights: before `start` or `restore`. @param groundAt height of the ground below a point, m. */
  weigh(weights: Weights, gravity: number, groundAt: Moment['groundAt']): void {
    this.#active = termNames.filter((name) => (weights[`reward_${name}`] ?? 0) > 0);
    this.#weights = this.#active.map((name) => weights[`reward_${name}`]!);
    this.#earned = new Float64Array(this.#active.length);
    this.#moment.gravity = gravity;
    this.#moment.groundAt = groundAt;
    const { kept } = this.#memory;
    for (const thing of Object.keys(kept) as (keyof typeof kept)[]) {
      kept[thing] = this.#active.some((name) => termTable[name].needs === thing);
    }
  }

  /** The episode begins. @param masses of its bodies, kg. */
  start(bodies: Bodies, masses: readonly number[]): void {
    this.#memory.start(bodies, this.#moment.gravity, masses);
  }

  /** A decision at `actions[at]`. */
  decide(actions: Float32Array, at: number): void {
    this.#memory.decide(actions, at);
  }

  /** Something beside the joints moved the bodies. */
  pushed(bodies: Bodies): void {
    this.#memory.forgetEnergy(bodies, this.#moment.gravity);
  }

  /** What a physics step earned, all terms together. */
  earn(
    bodies: Bodies,
    { goal, meanVelocity, targetSpeed }: Pick<Moment, 'goal' | 'meanVelocity' | 'targetSpeed'>,
  ): number {
    const moment = this.#moment;
    moment.bodies = bodies;
    moment.goal = goal;
    moment.meanVelocity = meanVelocity;
    moment.targetSpeed = targetSpeed;
    moment.look();
    this.#memory.step(moment);
    let all = 0;
    for (let term = 0; term < this.#active.length; term++) {
      const earned = this.#weights[term]! * termTable[this.#active[term]!].value(moment, this.#memory);
      this.#earned[term]! += earned;
      all += earned;
    }
    return all;
  }

  /** What each has earned in the episode, by name. */
  get earned(): Partial<Record<TermName, number>> {
    return Object.fromEntries(this.#active.map((name, term) => [name, this.#earned[term]!]));
  }

  /** For `restore`; empty where none has a weight. */
  save(): number[] {
    return this.isActive ? [...this.#earned, ...this.#memory.save()] : [];
  }

  /** After `weigh`, with the weights that it was saved with. @param next hands out what `save` told, one after the other. */
  restore(next: () => number, masses: readonly number[]): void {
    if (!this.isActive) return;
    for (let term = 0; term < this.#earned.length; term++) this.#earned[term] = next();
    this.#memory.restore(next, masses);
  }
}
