/** The same seeded episodes wherever they are played: each decision as a hash, so that it can be told where two of them part. */
import { RandomStream } from '../../base/random/stream.ts';
import type { Environment } from '../../envs/env.ts';
import { ACTION_OUTPUTS } from '../../lint/contract.ts';
import type { Runtime } from '../policy-runtime.ts';

export interface TrajectoryOptions {
  readonly world: 'unity' | 'physx5';
  readonly seed: number;
  readonly agents: number;
  readonly decisions: number;
}

/** Added to the mean actions: episodes then differ from one another, and walkers come to fall. */
const NOISE = 0.1;
/** Tells these streams from others of the same seed. */
const PURPOSE = 0x3eb;

/**
 * @param environment of the options' seed and agents; it is closed.
 * @returns for every decision the hash of all that was seen, decided and earned in it.
 */
export async function playTrajectory(
  environment: Environment,
  policy: Pick<Runtime, 'run'>,
  { seed, agents, decisions }: TrajectoryOptions,
): Promise<string[]> {
  const streams = Array.from({ length: agents }, (_, agent) => new RandomStream(seed, agent, PURPOSE));
  const { deterministic } = ACTION_OUTPUTS;
  const hashes: string[] = [];
  try {
    let observations = await environment.reset();
    for (let decision = 0; decision < decisions; decision++) {
      const means = (await policy.run(observations, agents, [deterministic]))[deterministic]!;
      const width = means.length / agents;
      const actions = Float32Array.from(means, (mean, at) => {
        const noisy = mean + NOISE * streams[Math.floor(at / width)]!.normal();
        return Math.max(-1, Math.min(1, noisy));
      });
      const seen = observations.slice();
      const step = await environment.step(actions);
      hashes.push(hashOf([seen, means, actions, step.rewards]));
      observations = step.observations;
    }
  } finally {
    await environment.close();
  }
  return hashes;
}

/** The first decision that two trajectories differ in; null where there is none. */
export function partingOf(one: readonly string[], other: readonly string[]): number | null {
  const decision = one.findIndex((hash, at) => hash !== other[at]);
  if (decision >= 0) return decision;
  return other.length > one.length ? one.length : null;
}

/** 64 bits of every bit of the numbers: two FNV-1a of 32 bits with multipliers of their own, word by word. */
function hashOf(parts: readonly Float32Array[]): string {
  let [first, second] = [0x811c9dc5, 0x9747b28c];
  for (const part of parts) {
    for (const word of new Uint32Array(part.buffer, part.byteOffset, part.length)) {
      first = Math.imul(first ^ word, 0x01000193);
      second = Math.imul((second ^ word) + 1, 0x5bd1e995);
      second ^= second >>> 15;
    }
  }
  return [first, second].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
