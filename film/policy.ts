/** A Walker policy from an ONNX file of ML-Agents, ours or any other, as what decides for a few walkers by its mean actions. */
import { openWalkerPolicy, readPolicy } from '../evaluate/walker-policy.ts';

export interface FilmPolicy {
  /** @param observations [walkers, 243]. @returns mean actions in [-1, 1], [walkers, 39]. */
  act(observations: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * The mean actions alone: sampled ones would make every film another one.
 *
 * @throws UserError where there is no such file, or it is no Walker policy of ML-Agents.
 */
export async function openPolicy(path: string): Promise<FilmPolicy> {
  return openWalkerPolicy(readPolicy(path), path, true);
}
