/** A policy from an ONNX file of ML-Agents, ours or any other, as what decides for a few agents by its mean actions. */
import type { BehaviorSpec } from '../envs/env.ts';
import { openWalkerPolicy, readPolicy } from '../evaluate/walker-policy.ts';

export interface FilmPolicy {
  /** @param observations [agents, observations]. @returns mean actions in [-1, 1], [agents, actions]. */
  act(observations: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * The mean actions alone: sampled ones would make every film another one.
 *
 * @param behavior whose policy it is; default the Walker's.
 * @throws UserError where there is no such file, or it is no policy of that behaviour.
 */
export async function openPolicy(path: string, behavior?: BehaviorSpec): Promise<FilmPolicy> {
  return openWalkerPolicy(readPolicy(path), path, true, behavior);
}
