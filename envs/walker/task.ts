/**
 * What an agent is about, beside the world that it lives in: what it sees, moves and earns, and what ends its episodes.
 *
 * The Walker's is made of tables (walker.ts); that of another ragdoll of files (envs/ragdoll).
 */
import type { BehaviorSpec } from '../env.ts';
import type { CharacterBodies } from '../reward-terms/moment.ts';
import type { Muscles } from './action.ts';
import type { NumberReader } from './episode-state.ts';
import type { ObservationField, WalkerState } from './observation.ts';
import type { ParameterRows } from './parameters.ts';
import type { Vector } from './rig.ts';

/** What a reward is reckoned from, after every physics step. */
export interface RewardedState extends WalkerState {
  /** The last decision and the one before, [actions], -1 to 1; zeros before an episode's first. */
  readonly actions: Float32Array;
  readonly previousActions: Float32Array;
  /** Since the episode began: 1 when the first is rewarded. */
  readonly physicsSteps: number;
  /** Since the last decision: 1 to `Task.stepsPerDecision`. */
  readonly decisionSteps: number;
}

/** The reward of one agent. What it keeps from step to step it drops in `restart`. */
export interface Reward {
  /** What a physics step has earned. */
  compute(state: RewardedState): number;
  /** An episode has started. */
  restart?(): void;
  /** What it keeps, for an episode that goes on elsewhere. */
  save?(): readonly number[];
  restore?(from: NumberReader): void;
  /** What it has to tell of the episode, by name. */
  told?(): Readonly<Record<string, number>>;
}

export interface Task {
  readonly behavior: BehaviorSpec;
  readonly parameters: ParameterRows;
  readonly stepsPerDecision: number;
  /** kg, of each body of the rig. */
  readonly masses: readonly number[];
  /** Bodies whose velocities are averaged. */
  readonly averaged: Int32Array;
  /** The goal frame: the body that it goes with, and how many physics steps older it is than what is seen in it. */
  readonly frame: { readonly body: number; readonly lag: 0 | 1 };
  /** Around where the target is placed and at which height, metres; what its touch earns. */
  readonly target: { readonly center: Vector; readonly reward: number };
  /** Bodies whose touch of the ground ends an episode, and the reward since the last decision then. */
  readonly fall: { readonly bodies: Int32Array; readonly reward: number };
  /** A body whose fall so far below its start ends an episode. */
  readonly fallBelow?: { readonly body: number; readonly metres: number } | undefined;
  /** Every field of an observation. */
  readonly layout: readonly ObservationField[];
  /** Of every number of an observation: observation-noise.ts. */
  readonly noiseScales: Float32Array;
  /** Which of its bodies are feet, hands and so on: what reward terms with a weight look at. */
  readonly limbs: CharacterBodies;
  /** Whether episodes keep more from decision to decision than the Walker's do: decisions, and what its reward keeps. */
  readonly keepsMore: boolean;
  /** For one agent. */
  muscles(): Muscles;
  reward(): Reward;
}
