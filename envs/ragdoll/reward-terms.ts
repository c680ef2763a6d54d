/**
 * What a reward may be made of: one table, a row for each term.
 *
 * A character file names terms and their options (`reward` in character-file.ts); in every physics step the product of some is
 * earned, and the weighted sum of others.
 */
import { z } from 'zod';
import { nearestName } from '../../base/failure/nearest-name.ts';
import { UserError } from '../../base/failure/user-error.ts';
import { lookReward, speedReward } from '../walker/reward.ts';
import type { CharacterFile, TermOfFile } from './character-file.ts';
import { parsed, type RigFile } from './rig-file.ts';
import type { RagdollState } from './state.ts';

/** What a term is told when it is made: names become indices once, not in every step. */
export interface TermContext {
  readonly rig: RigFile;
  readonly character: CharacterFile;
  /** Index in `state.bodies` of a body by its name. @throws UserError where the rig has none. */
  indexOf(body: string): number;
  /** Seconds of a physics step. */
  readonly timeStep: number;
}

/** A term of one ragdoll's reward. What it keeps from step to step it drops in `restart`. */
export interface Term {
  /** What it comes to in the present state, after every physics step. */
  compute(state: RagdollState): number;
  /** An episode has started. */
  restart?(): void;
  /** What it keeps, as so many numbers each time, for an episode that goes on elsewhere; absent: nothing. */
  save?(): readonly number[];
  restore?(kept: readonly number[]): void;
}

export interface RewardTerm<Options extends z.ZodType = z.ZodType> {
  readonly meaning: string;
  readonly unit: string;
  readonly defaultWeight: number;
  /** What may stand beside `term` and `weight`. */
  readonly options: Options;
  make(options: z.output<Options>, context: TermContext): Term;
}

/** Lets a row's `make` know what its `options` say. */
function row<Options extends z.ZodType>(term: RewardTerm<Options>): RewardTerm<Options> {
  return term;
}

export const rewardTerms = {
  speed: row({
    meaning: '(1 - (v / target speed)^2)^2, v the distance from the goal velocity: 1 at the goal velocity, 0 at rest',
    unit: '0 to 1',
    defaultWeight: 1,
    /** Of the mean over the observed bodies, or of the frame's body. */
    options: z.strictObject({ of: z.enum(['mean', 'root']).default('mean') }),
    make: ({ of }, { character, indexOf }) => {
      const root = indexOf(character.frame.body);
      return {
        compute: (state) => {
          const { goal, targetSpeed, meanVelocity, bodies } = state;
          if (of === 'mean') {
            const { x, y, z } = meanVelocity;
            return speedReward(Math.hypot(goal.x * targetSpeed - x, y, goal.z * targetSpeed - z), targetSpeed);
          }
          const { floats, part, velocity } = bodies;
          const at = velocity.first + root * velocity.body;
          const [x, y, z] = [floats[at]!, floats[at + part]!, floats[at + 2 * part]!];
          return speedReward(Math.hypot(goal.x * targetSpeed - x, y, goal.z * targetSpeed - z), targetSpeed);
        },
      };
    },
  }),
  look: row({
    meaning: "how far a body's forward goes the frame's way, level: (dot + 1) / 2",
    unit: '0 to 1',
    defaultWeight: 1,
    options: z.strictObject({ body: z.string().min(1) }),
    make: ({ body }, { indexOf }) => {
      const index = indexOf(body);
      return {
        compute: ({ bodies: { floats, part, rotation }, goal }) =>
          lookReward(floats, part, rotation.first + index * rotation.body, goal),
      };
    },
  }),
  face: row({
    meaning: '1 - angle / 180 degrees between the rotations of body and frame; 0 from `within` degrees on',
    unit: '0 to 1',
    defaultWeight: 1,
    options: z.strictObject({ body: z.string().min(1), within: z.number().positive().max(180).default(180) }),
    make: ({ body, within }, { indexOf }) => {
      const index = indexOf(body);
      return {
        compute: ({ bodies: { floats, part, rotation }, goal }) => {
          const halfTurns = angleToFrame(floats, part, rotation.first + index * rotation.body, goal);
          return halfTurns * 180 < within ? 1 - halfTurns : 0;
        },
      };
    },
  }),
} as const;

/**
 * Angle between a body's rotation and the frame's, over a half turn: Unity's Quaternion.Angle / 180.
 *
 * @param floats the body's rotation at `floats[at]`: x y z w, each `part` after the one before.
 */
export function angleToFrame(
  floats: Float32Array,
  part: number,
  at: number,
  goal: { readonly x: number; readonly z: number },
): number {
  // The frame is turned about y by the angle whose cosine is goal.z and sine goal.x.
  const cosineHalf = Math.sqrt(Math.max(0, (1 + goal.z) / 2));
  const sineHalf = Math.sqrt(Math.max(0, (1 - goal.z) / 2)) * (goal.x < 0 ? -1 : 1);
  const dot = Math.min(1, Math.abs(floats[at + part]! * sineHalf + floats[at + 3 * part]! * cosineHalf));
  return (2 * Math.acos(dot)) / Math.PI;
}

export type TermName = keyof typeof rewardTerms;

/** A term with its weight, ready to compute. */
export interface WeightedTerm {
  readonly name: string;
  readonly weight: number;
  readonly term: Term;
}

/** @throws UserError where there is no such term, or it has no such option. */
export function makeTerms(terms: readonly TermOfFile[], context: TermContext, where: string): WeightedTerm[] {
  return terms.map(({ term: name, weight, ...options }) => {
    const table: Readonly<Record<string, RewardTerm>> = rewardTerms;
    const found = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!found) {
      const near = nearestName(name, Object.keys(table));
      throw new UserError({
        where,
        what: 'there is no such term of a reward',
        value: name,
        expected: `one of ${Object.keys(table).join(', ')}`,
        ...(near ? { mend: `write ${near} instead of ${name}` } : {}),
      });
    }
    const term = found.make(parsed(found.options, options, `${where}: ${name}`), context);
    return { name, weight: weight ?? found.defaultWeight, term };
  });
}
