/**
 * Proves that a policy file is the policy: runs it in engines that had no part in making it and compares with the policy as
 * TensorFlow.js computes it eagerly.
 */

import { sha256 } from '../base/files/hash.ts';
import { ACTION_OUTPUTS, constantOutputs, type PolicyShape } from '../lint/contract.ts';
import { contractProblems } from '../lint/lint.ts';
import { decodeModel } from '../onnx/decode.ts';
import { driftObservations, type EdgeStatistics, edgeObservations, repeatedObservation } from './edge-observations.ts';
import type { Runtime } from './policy-runtime.ts';
import type { EngineReport, ValidationReport } from './report.ts';

export interface ValidateOptions {
  /** The file. */
  readonly model: Uint8Array;
  /** What errors call it. */
  readonly path: string;
  readonly shape: PolicyShape;
  readonly engines: readonly ((model: Uint8Array, shape: PolicyShape) => Promise<Runtime>)[];
  /** Observations taken from episodes, [rows, observationSize]. */
  readonly observations: Float32Array;
  /** Mean and deviation of the normaliser, which say where its clip bounds are, and what the file does not listen to. */
  readonly normaliser: EdgeStatistics;
  /** The policy by other means: deterministic actions in [-1, 1], [rows, actionSize], from raw observations. */
  readonly reference: (observations: Float32Array, rows: number) => Promise<Float32Array>;
  /** Deviation of the action distribution before it is divided by 3, [actionSize]. */
  readonly sigma: Float32Array;
  /** Largest absolute difference that passes. */
  readonly tolerance: number;
}

/** The difference from a NaN; JSON has no infinity. */
const NOT_A_NUMBER = Number.MAX_VALUE;
/** Rows that must be there for a verdict. */
export const LEAST_EPISODE_ROWS = 1000;
const BATCH_SIZES = [1, 2, 10, 257] as const;
/** The same row may differ this much between batches: other kernels, other order of summation. */
const BETWEEN_BATCHES = 1e-6;
/** Sampled actions that are judged, so that a share of them is known to +-0.005. */
const NOISE_DRAWS = 10_000;
/** How far a share may be off, in its own deviations: one policy in a hundred million is refused by chance. */
const NOISE_DEVIATIONS = 6;
/** Half of a normal distribution lies within this many deviations of its mean. */
const QUARTILE = 0.6744897501960817;
/** Raw actions are clipped to +-3 before they are divided by 3. */
const CLIP = 3;

/** @throws UserError where the file is no ONNX model at all; everything else that is wrong goes into the report. */
export async function validate(options: ValidateOptions): Promise<ValidationReport> {
  const { shape, observations, normaliser, tolerance } = options;
  const model = decodeModel(options.model, options.path);
  const problems = contractProblems(model, shape);
  const episodeRows = observations.length / shape.observationSize;
  if (episodeRows < LEAST_EPISODE_ROWS) {
    problems.push(`only ${episodeRows} observations from episodes; ${LEAST_EPISODE_ROWS} are needed for a verdict`);
  }
  const edge = edgeObservations(normaliser);
  const all = new Float32Array(observations.length + edge.length);
  all.set(observations);
  all.set(edge, observations.length);

  const engines: EngineReport[] = [];
  // A file that breaks the contract may not even run: what is known by now is enough to refuse it.
  if (problems.length === 0) {
    const rows = all.length / shape.observationSize;
    const expected = await options.reference(all, rows);
    for (const open of options.engines) {
      const engine = await open(options.model, shape);
      try {
        engines.push(await judge(engine, options, all, expected, problems));
      } finally {
        await engine.close();
      }
    }
  }
  return {
    passed: problems.length === 0,
    problems,
    sha256: sha256(options.model),
    shape: {
      observationSize: shape.observationSize,
      actionSize: shape.actionSize,
      ...(shape.sensors ? { sensors: shape.sensors.map(({ size }) => ({ size })) } : {}),
    },
    tolerance,
    rows: { episodes: episodeRows, edge: edge.length / shape.observationSize },
    engines,
  };
}

async function judge(
  engine: Runtime,
  { shape, tolerance, sigma, normaliser }: ValidateOptions,
  observations: Float32Array,
  expected: Float32Array,
  problems: string[],
): Promise<EngineReport> {
  const allowed = engine.tolerance ?? tolerance;
  const say = (problem: string) => problems.push(`${engine.name}: ${problem}`);
  for (const [name, value] of Object.entries(constantOutputs(shape))) {
    const got = (await engine.run(observations.subarray(0, shape.observationSize), 1, [name]))[name]!;
    if (got.length !== 1 || got[0] !== value) say(`the output ${name} is ${got}; it has to be ${value}`);
  }

  const batches: { size: number; largestDifference: number }[] = [];
  let largestBetweenBatches = 0;
  let first: Float32Array | undefined;
  for (const size of BATCH_SIZES) {
    const actions = await inBatches(engine, observations, shape, size, say);
    const largest = largestDifference(actions, expected);
    batches.push({ size, largestDifference: largest });
    if (!(largest <= allowed)) {
      say(`in batches of ${size}, an action differs by ${largest.toExponential(2)}; at most ${allowed} is allowed`);
    }
    first ??= actions;
    largestBetweenBatches = Math.max(largestBetweenBatches, largestDifference(actions, first));
  }
  if (!(largestBetweenBatches <= BETWEEN_BATCHES)) {
    say(`the same observation gives actions ${largestBetweenBatches.toExponential(2)} apart in different batches`);
  }

  const drift = await largestByDrift(engine, normaliser, shape, say);
  if (!(drift <= BETWEEN_BATCHES)) {
    const count = normaliser.leftOut!.length;
    say(
      `${count} observations never moved in training, and an action differs by ${drift.toExponential(2)} when they do`,
    );
  }

  const noiseRows = Math.ceil(NOISE_DRAWS / shape.actionSize);
  const { judged, ...noise } = await noiseShares(
    engine,
    repeatedObservation(normaliser.mean, noiseRows),
    noiseRows,
    shape,
    sigma,
  );
  const offAtMost = (NOISE_DEVIATIONS * 0.5) / Math.sqrt(judged);
  for (const [what, share] of Object.entries(noise)) {
    if (share !== null && !(Math.abs(share - 0.5) <= offAtMost)) {
      say(
        `the sampled actions are not drawn from the policy's distribution: share ${what} is ${share.toFixed(3)}, not 0.5`,
      );
    }
  }
  return { engine: engine.name, batches, largestBetweenBatches, noise };
}

/** Deterministic actions of all rows, a batch at a time; what is not finite or out of range is said once. */
async function inBatches(
  engine: Runtime,
  observations: Float32Array,
  { observationSize, actionSize }: PolicyShape,
  size: number,
  say: (problem: string) => void,
): Promise<Float32Array> {
  const rows = observations.length / observationSize;
  const actions = new Float32Array(rows * actionSize);
  const wanted = Object.values(ACTION_OUTPUTS);
  const outOfRange = new Set<string>();
  for (let row = 0; row < rows; row += size) {
    const count = Math.min(size, rows - row);
    const batch = observations.subarray(row * observationSize, (row + count) * observationSize);
    const outputs = await engine.run(batch, count, wanted);
    for (const name of wanted) {
      if (!outputs[name]!.every((action) => action >= -1 && action <= 1)) outOfRange.add(name);
    }
    actions.set(outputs[ACTION_OUTPUTS.deterministic]!, row * actionSize);
  }
  for (const name of outOfRange) say(`in batches of ${size}, ${name} is not finite or not within [-1, 1] everywhere`);
  return actions;
}

/** How far actions differ when what the file leaves out moves all the same. */
async function largestByDrift(
  engine: Runtime,
  normaliser: EdgeStatistics,
  shape: PolicyShape,
  say: (problem: string) => void,
): Promise<number> {
  if (!normaliser.leftOut?.length) return 0;
  const drifting = driftObservations(normaliser);
  const rows = drifting.length / shape.observationSize;
  const actions = await inBatches(engine, drifting, shape, rows, say);
  return largestDifference(actions, repeatedObservation(actions.slice(0, shape.actionSize), rows));
}

function largestDifference(one: Float32Array, other: Float32Array): number {
  let largest = 0;
  for (let index = 0; index < one.length; index++) {
    const difference = Math.abs(one[index]! - other[index]!);
    if (Number.isNaN(difference)) return NOT_A_NUMBER;
    largest = Math.max(largest, difference);
  }
  return largest;
}

/**
 * How the sampled actions lie around the deterministic ones. Median and quartiles say it without being disturbed by the
 * clipping of far samples; action dimensions whose quartiles themselves are clipped are left out, and where those are all,
 * the shares are null.
 */
async function noiseShares(
  engine: Runtime,
  observations: Float32Array,
  rows: number,
  { actionSize }: PolicyShape,
  sigma: Float32Array,
) {
  const outputs = await engine.run(observations, rows, Object.values(ACTION_OUTPUTS));
  const sampled = outputs[ACTION_OUTPUTS.sampled]!;
  const deterministic = outputs[ACTION_OUTPUTS.deterministic]!;
  let judged = 0;
  let above = 0;
  let inside = 0;
  for (let index = 0; index < rows * actionSize; index++) {
    const mean = deterministic[index]! * CLIP;
    const quartile = QUARTILE * sigma[index % actionSize]!;
    if (Math.abs(mean) + quartile >= CLIP) continue;
    judged++;
    const offset = sampled[index]! * CLIP - mean;
    if (offset > 0) above++;
    if (Math.abs(offset) < quartile) inside++;
  }
  const share = (count: number) => (judged === 0 ? null : count / judged);
  return { judged, above: share(above), middleHalf: share(inside) };
}
