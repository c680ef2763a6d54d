/** What the page and its worker tell one another. */
import type { Input, Vector } from './inputs.ts';
import type { Standing } from './life.ts';
import type { PartingTimes } from './parting.ts';
import type { Replay, Setup } from './replay.ts';
import type { CharacterFiles } from './who.ts';

export type ToWorker =
  /** First of all: where the two WebAssembly files lie, and who walks; absent: the Walker. */
  | {
      readonly kind: 'load';
      readonly simulator: string;
      readonly engine: string;
      readonly character?: CharacterFiles | undefined;
    }
  /** Opens a policy's file; answered by `opened` or `problem` with the same number. */
  | { readonly kind: 'open'; readonly number: number; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'close'; readonly number: number }
  /** Begins a simulation with opened policies, one or two. With a replay it plays that and tells whether it came out the same. */
  | {
      readonly kind: 'begin';
      readonly policies: readonly number[];
      readonly setup: Omit<Setup, 'policies'>;
      readonly replay?: Replay;
    }
  | { readonly kind: 'input'; readonly input: Input }
  /** Times real time; 0 is a pause. */
  | { readonly kind: 'pace'; readonly pace: number }
  /** So many physics steps at once, in a pause. */
  | { readonly kind: 'advance'; readonly steps: number }
  /** The walker whose numbers are told. */
  | { readonly kind: 'watch'; readonly walker: number }
  /** Answered by `kept`. */
  | { readonly kind: 'keep' };

export type FromWorker =
  | { readonly kind: 'loading'; readonly what: string; readonly loaded: number; readonly total: number }
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'opened'; readonly number: number } & AboutPolicy)
  | { readonly kind: 'problem'; readonly number?: number; readonly problem: ToldProblem }
  | { readonly kind: 'begun'; readonly setup: Setup }
  | ({ readonly kind: 'frame' } & Frame)
  | ({ readonly kind: 'decided' } & Decided)
  | { readonly kind: 'kept'; readonly replay: string; readonly hash: string; readonly steps: number }
  | { readonly kind: 'replayed'; readonly isSame: boolean; readonly hash: string; readonly expected: string };

/** Of an opened policy. */
export interface AboutPolicy {
  readonly name: string;
  readonly hash: string;
  readonly weights: number;
  readonly normalizer?: { readonly mean: ArrayLike<number>; readonly deviation: ArrayLike<number> };
}

/** After physics steps: where everybody is. */
export interface Frame {
  /** Physics steps since the beginning. */
  readonly step: number;
  /** [walkers, bodies + target + box, 7]: rotation x y z w, position x y z. */
  readonly poses: Float32Array;
  readonly standings: readonly Standing[];
  /** The spring: the held point and where it is pulled to, in the held walker's world. */
  readonly grip?: { readonly walker: number; readonly from: Vector; readonly to: Vector };
  readonly parting?: PartingTimes;
  /** Milliseconds of computing for a second of simulation, lately. */
  readonly cost: number;
  /** Simulated seconds for each second, lately; 0 in a pause. */
  readonly pace: number;
}

/** After a decision: what the watched walker saw, did and earned. */
export interface Decided {
  readonly step: number;
  readonly walker: number;
  readonly observations: Float32Array;
  readonly actions: Float32Array;
  readonly reward: number;
  /** Along the goal now, m/s. */
  readonly speed: number;
  /** Of the episode's reward, by term: a mean per physics step. Empty of the Walker without weights. */
  readonly terms: Readonly<Record<string, number>>;
  readonly hash: string;
}

/** What went wrong, as sentences. */
export interface ToldProblem {
  readonly what: string;
  readonly mend?: string;
}
