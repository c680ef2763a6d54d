/**
 * Golden pairs: observations, and what the baseline's policy answered to them. A file that answers the same is the same
 * policy, and that is found out in a millisecond.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { UserError } from '../base/failure/user-error.ts';
import { RandomStream } from '../base/random/stream.ts';
import type { BehaviorSpec } from '../envs/env.ts';
import type { EpisodePlan } from '../evaluate/episodes.ts';
import { LANES, playEpisodes } from '../evaluate/play.ts';
import { normalizerOf } from '../evaluate/policy-graph.ts';
import type { Subject } from '../evaluate/subject.ts';
import { openWalkerPolicy, type WalkerPolicy } from '../evaluate/walker-policy.ts';
import type { Model } from '../onnx/model.ts';
import { edgeObservations } from '../validate/edge-observations.ts';

/** Observations that are kept of real episodes; those of the edge set come on top. */
export const GOLDEN_ROWS = 256;
/** Largest difference between actions, which are in [-1, 1], that counts as none: engines and processors round otherwise. */
export const GOLDEN_TOLERANCE = 1e-5;
/** Seeds the noise of the sampled actions. */
const NOISE = 0x601d;

/** Numbers in single precision, deflated, in base 64. */
const floats = z.string().transform((text, context): Float32Array => {
  try {
    const bytes = inflateRawSync(Buffer.from(text, 'base64'));
    if (bytes.length % 4 === 0) return new Float32Array(Uint8Array.from(bytes).buffer);
  } catch {
    // told below, in the same words
  }
  context.addIssue('numbers in single precision, deflated, in base 64');
  return z.NEVER;
});

export const goldenSchema = z
  .strictObject({
    /** [rows, observations]. */
    observations: floats,
    /** Mean actions, and sampled ones with the noise of a stream, [rows, actions]. */
    mean: floats,
    sampled: floats,
  })
  .refine(
    ({ observations, mean, sampled }) => observations.length > 0 && mean.length === sampled.length,
    'some observations, and as many mean actions as sampled ones',
  );

/** Rows of observations, and of what was answered to them. */
export interface Golden {
  readonly observations: Float32Array;
  readonly mean: Float32Array;
  readonly sampled: Float32Array;
}

/** @throws UserError where they are not those of this behaviour. @param where the baseline, for messages. */
export function checkGolden(golden: Golden, { observationSize, actionSize, name }: BehaviorSpec, where: string): void {
  const rows = golden.observations.length / observationSize;
  if (Number.isInteger(rows) && golden.mean.length === rows * actionSize) return;
  throw new UserError({
    what: 'this file is no baseline, or it is damaged',
    where: `${where}: golden`,
    expected: `as many rows of ${observationSize} observations as of ${actionSize} actions, which ${name} has`,
    mend: 'put the committed file back, or make it anew with --update-baseline --reason "..."',
  });
}

/** As the schema reads it. */
export function encodeGolden(golden: Golden): Record<keyof Golden, string> {
  const encoded = (values: Float32Array) =>
    deflateRawSync(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), { level: 9 }).toString(
      'base64',
    );
  return { observations: encoded(golden.observations), mean: encoded(golden.mean), sampled: encoded(golden.sampled) };
}

/** Plays some of the episodes and keeps what is observed, spread over them, with what the policy answers. */
export async function makeGolden(
  model: Model,
  name: string,
  plan: EpisodePlan,
  world: string,
  subject: Subject,
): Promise<Golden> {
  const { behavior } = subject.task;
  const seen = await observationsOf(model, name, plan, world, subject);
  const moments = normalizerOf(model, behavior) ?? momentsOf(seen, behavior.observationSize);
  const observations = withEdges(seen, moments);
  return { observations, ...(await answersOf(model, name, observations, behavior)) };
}

/** What a policy answers, its mean actions and its sampled ones. */
export async function answersOf(
  model: Model,
  name: string,
  observations: Float32Array,
  behavior: BehaviorSpec,
): Promise<Pick<Golden, 'mean' | 'sampled'>> {
  const noise = Array.from(
    { length: observations.length / behavior.observationSize },
    (_, row) => new RandomStream(NOISE, row),
  );
  const mean = await answer(model, name, true, behavior, (policy) => policy.act(observations, noise));
  const again = noise.map((_, row) => new RandomStream(NOISE, row));
  const sampled = await answer(model, name, false, behavior, (policy) => policy.act(observations, again));
  return { mean, sampled };
}

/** Largest absolute difference; infinite where one is no number. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let index = 0; index < a.length; index++) {
    const difference = Math.abs(a[index]! - b[index]!);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}

async function answer(
  model: Model,
  name: string,
  deterministic: boolean,
  behavior: BehaviorSpec,
  ask: (policy: WalkerPolicy) => Promise<Float32Array>,
): Promise<Float32Array> {
  const policy = await openWalkerPolicy(model, name, deterministic, behavior);
  try {
    return await ask(policy);
  } finally {
    await policy.close();
  }
}

/** [GOLDEN_ROWS, observations], evenly out of all that was observed in the first episodes, a few of each lane. */
async function observationsOf(
  model: Model,
  name: string,
  plan: EpisodePlan,
  world: string,
  subject: Subject,
): Promise<Float32Array> {
  const { observationSize } = subject.task.behavior;
  const rows: Float32Array[] = [];
  const policy = await openWalkerPolicy(model, name, false, subject.task.behavior);
  const watched: WalkerPolicy = {
    act(observations, noise) {
      for (let row = 0; row < LANES; row++) {
        rows.push(observations.slice(row * observationSize, (row + 1) * observationSize));
      }
      return policy.act(observations, noise);
    },
    close: () => policy.close(),
  };
  let next = 0;
  try {
    await playEpisodes(
      watched,
      { plan, world, subject },
      {
        take: () => (rows.length < 4 * GOLDEN_ROWS || next < LANES ? next++ : undefined),
        isStopped: () => rows.length >= 16 * GOLDEN_ROWS,
        ended: () => {},
      },
    );
  } finally {
    await policy.close();
  }
  const kept = new Float32Array(GOLDEN_ROWS * observationSize);
  for (let row = 0; row < GOLDEN_ROWS; row++) {
    kept.set(rows[Math.floor((row * rows.length) / GOLDEN_ROWS)]!, row * observationSize);
  }
  return kept.map(shortened);
}

/** Without the last 15 of 23 bits of its fraction: it is as good an observation, and takes less room in a file. */
function shortened(value: number): number {
  scratch.setFloat32(0, value);
  scratch.setUint32(0, scratch.getUint32(0) & 0xffff8000);
  return scratch.getFloat32(0);
}
const scratch = new DataView(new ArrayBuffer(4));

function withEdges(seen: Float32Array, { mean, deviation }: { mean: ArrayLike<number>; deviation: ArrayLike<number> }) {
  const edges = edgeObservations({ mean: Float32Array.from(mean), deviation: Float32Array.from(deviation) });
  const all = new Float32Array(seen.length + edges.length);
  all.set(seen);
  all.set(edges, seen.length);
  return all;
}

/** Of a file that has no normaliser: mean and deviation of each observation as it was seen. */
function momentsOf(seen: Float32Array, observationSize: number): { mean: Float64Array; deviation: Float64Array } {
  const rows = seen.length / observationSize;
  const mean = new Float64Array(observationSize);
  const squares = new Float64Array(observationSize);
  seen.forEach((value, at) => {
    mean[at % observationSize]! += value / rows;
    squares[at % observationSize]! += (value * value) / rows;
  });
  return { mean, deviation: mean.map((value, which) => Math.sqrt(Math.max(0, squares[which]! - value * value))) };
}
