/** What a training is told, and what it tells. */
import type { Engine, EngineOptions } from '../compile/index.ts';
import type { BehaviorSpec, Environment } from '../envs/env.ts';
import type { Configuration } from './configuration/read.ts';
import type { HeldOut } from './judge/held-out.ts';
import type { Origin } from './keep/checkpoint-tensors.ts';
import type { FolderOptions } from './keep/folder-keeper.ts';
import type { IterationMetrics } from './keep/metrics-table.ts';
import type { RunProgress } from './keep/progress.ts';
import type { Actor } from './policy/actor.ts';

/** Where experience comes from. */
export type TrainingWorld =
  /** Worlds that worker threads make: URL of an `EnvironmentModule`, and which of its worlds (default its first). */
  | { readonly kind: 'embedded'; readonly module: string; readonly world?: string | undefined }
  /** Worlds that are there already (a live Unity, in several copies, maybe), and set the pace themselves. */
  | { readonly kind: 'live'; readonly worlds: readonly Environment[] };

/** What the numbers of a training depend on, wherever it runs. */
export interface LearningOptions {
  readonly configuration: Configuration;
  /** What its agents are like. */
  readonly behavior: BehaviorSpec;
  readonly seed: number;
  /** Agents that collect side by side, part of what the numbers depend on; 0 where that is for the world to say. */
  readonly agents: number;
  /**
   * Leaves off before its end, with a checkpoint, after the iteration that has come to so many decisions; schedules go by max_steps
   * all the same. Default: max_steps.
   */
  readonly until?: number | undefined;
  /** By what it trains, for the checkpoints. */
  readonly origin?: Origin | undefined;
  /**
   * For a world that others still learn in: asked once this training is done. Its agents then act by the policy until the
   * signal aborts.
   */
  readonly actUntil?: () => AbortSignal;
}

/** A training in Node, which leaves what it comes to in the folder of a run. */
export interface TrainOptions extends LearningOptions, FolderOptions {
  readonly environment: TrainingWorld;
  /** Worker threads; changes the speed and nothing else. Default: all cores. */
  readonly workers?: number | undefined;
  /**
   * What computes the update; default: traced, onnxruntime on the CPU, in as many threads as there are cores and work for.
   * Threads change the speed and nothing else. The roll-outs' policy is traced always.
   */
  readonly engine?: Pick<EngineOptions, 'backend' | 'device' | 'threads'>;
  /** Go on from the latest checkpoint. */
  readonly resume: boolean;
}

/** What training tells while it runs, and how it is asked to stop. */
export interface TrainHooks {
  info(message: string): void;
  warn(message: string): void;
  /** Once nothing stands against the training any more, and before anything of it is written. */
  begin?(): void;
  /** After each iteration. */
  iteration(metrics: IterationMetrics, maxSteps: number): void;
  /** While held-out episodes are played: how many have ended, and of how many. */
  evaluating?(done: number, total: number): void;
  /** The policy after each iteration, for who shows it. Its arrays are not written to any more. */
  learnt?(actor: Actor): void;
  /** Once aborted, the iteration under way is finished and saved. */
  readonly signal: AbortSignal;
}

export interface TrainResult {
  readonly checkpoint: string;
  readonly progress: RunProgress;
  /** What computed the update, in truth. */
  readonly engine: Pick<Engine, 'backend' | 'use'>;
  /** The first policy and the best one, by the same held-out episodes; undefined where it is not evaluated. */
  readonly heldOut?: { readonly first: HeldOut; readonly best: HeldOut } | undefined;
  /** Whether it was asked to stop before it was done. */
  readonly interrupted: boolean;
}
