/** What a training needs of the place it runs in: Node (train.ts), or a page (viewer/learn/). */
import type { Engine } from '../compile/index.ts';
import type { ParameterValues } from '../envs/env.ts';
import type { Collector } from './collect/collecting.ts';
import type { FoundCheckpoint } from './keep/checkpoint-folder.ts';
import type { Checkpoint } from './keep/checkpoint-tensors.ts';
import type { Keeper } from './keep/keeper.ts';
import type { OpenPolicy } from './policy/acting-policy.ts';
import type { Network } from './policy/policy.ts';

/** A checkpoint of another run that this one starts from. */
export interface InitialCheckpoint extends FoundCheckpoint {
  /** Of its file. */
  readonly sha256: string;
}

export interface Surroundings {
  /** The checkpoint that a run of this network goes on from; undefined for a new one. */
  found(network: Network): FoundCheckpoint | undefined;
  /** What a new run starts from; undefined where that is nothing. */
  initial(): InitialCheckpoint | undefined;
  /** What computes the update. */
  openEngine(): Promise<Engine>;
  readonly openPolicy: OpenPolicy;
  /**
   * @param parameters that episodes start with.
   * @param saved whose episodes go on.
   * @param isLater whether a lesson after the first is under way.
   */
  openCollector(parameters: ParameterValues, saved: Checkpoint | undefined, isLater: boolean): Promise<Collector>;
  /** Where it is kept from now on: called once nothing stands against the training any more. */
  keeper(saved: Checkpoint | undefined): Keeper;
  /** Where that is, in words. */
  readonly keptAt: string;
  /** Whether episodes that were saved can go on there. */
  readonly goesOnWithEpisodes: boolean;
}
