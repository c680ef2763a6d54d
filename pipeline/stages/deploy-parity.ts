/**
 * What a policy answers to some observations, for the parity test that a deploy puts beside it: onnxruntime's answers, for Unity's
 * engine to give too.
 */
import { UserError } from '../../base/failure/user-error.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { Session } from '../../compile/onnxruntime.ts';
import type { ParityPairs } from '../../deploy-unity/parity/parity-test.ts';
import { behavior as walker } from '../../envs/walker/behavior.ts';
import { defaultWorld } from '../../envs/walker/dialects.ts';
import { walkerSubject } from '../../evaluate/subject.ts';
import { ACTION_OUTPUTS } from '../../lint/contract.ts';
import { normalisersOf } from '../../lint/normalisers.ts';
import { PolicyFile } from '../../lint/policy-file.ts';
import { decodeModel } from '../../onnx/decode.ts';
import type { Model } from '../../onnx/model.ts';
import { GOLDEN_ROWS, makeGolden } from '../../regress/golden.ts';
import { edgeObservations } from '../../validate/edge-observations.ts';

/** Rows of observations, the edge set not among them: a test that runs in a second, in a file of 200 kB. */
const ROWS = 64;
const SEED = 1;

/**
 * A Walker's observations are those of episodes that the policy plays; another one's are drawn about what its normaliser saw. The
 * edge set comes on top.
 *
 * @throws UserError where the policy takes or answers something else than vectors, or has no deterministic actions
 */
export async function parityPairs(bytes: Uint8Array, name: string): Promise<ParityPairs> {
  const model = decodeModel(bytes, name);
  const policy = new PolicyFile(model, { engines: [] });
  const inputs = policy.inputs.map((input) => input.name);
  const sizes = policy.inputs.map(({ shape }) => (shape?.length === 2 ? shape[1] : undefined));
  const output = ACTION_OUTPUTS.deterministic;
  const actionSize = policy.outputs.get(output)?.shape?.at(-1);
  const isOfVectors = policy.observations.length === inputs.length && sizes.every((size) => typeof size === 'number');
  if (!isOfVectors || typeof actionSize !== 'number') {
    throw new UserError({
      what: isOfVectors
        ? 'this policy has no deterministic actions, and sampled ones are never the same twice'
        : 'a parity test can be made of policies that observe vectors and remember nothing',
      where: name,
      value: `${inputs.join(', ')} -> ${[...policy.outputs.keys()].join(', ')}`,
      expected: `inputs obs_0, obs_1, ... [batch, size], and ${output} [batch, size]`,
      mend: 'leave --parity-test out',
    });
  }
  const width = sizes.reduce((sum, size) => sum + size, 0);
  const isWalker = inputs.length === 1 && width === walker.observationSize && actionSize === walker.actionSize;
  const observations = isWalker ? await observedBy(model, name) : drawnFor(policy, inputs, sizes);
  const actions = await answersTo(bytes, observations, { inputs, sizes, output });
  return { inputs, sizes, output, actionSize, observations, actions };
}

/** [rows, 243]. */
async function observedBy(model: Model, name: string): Promise<Float32Array> {
  const { observationSize: size } = walker;
  const plan = { seed: SEED, speeds: 'grid', parameters: {} } as const;
  const { observations } = await makeGolden(model, name, plan, defaultWorld, walkerSubject);
  const isKept = (row: number) => row >= GOLDEN_ROWS || row % (GOLDEN_ROWS / ROWS) === 0;
  return observations.filter((_, at) => isKept(Math.floor(at / size)));
}

/** [rows, width]: normal about each mean, as wide as the deviation; about 0, as wide as 1, where nothing is normalised. */
function drawnFor(policy: PolicyFile, inputs: readonly string[], sizes: readonly number[]): Float32Array {
  const width = sizes.reduce((sum, size) => sum + size, 0);
  const mean = new Float32Array(width);
  const deviation = new Float32Array(width).fill(1);
  const startOf = (input: string) => sizes.slice(0, inputs.indexOf(input)).reduce((sum, size) => sum + size, 0);
  for (const normaliser of normalisersOf(policy)) {
    let at = 0;
    for (const input of normaliser.inputs) {
      const [start, size] = [startOf(input), sizes[inputs.indexOf(input)]!];
      mean.set(normaliser.mean.subarray(at, at + size), start);
      deviation.set(normaliser.deviation.subarray(at, at + size), start);
      at += size;
    }
  }
  const random = new RandomStream(SEED);
  const drawn = Float32Array.from(
    { length: ROWS * width },
    (_, at) => mean[at % width]! + deviation[at % width]! * random.normal(),
  );
  const edges = edgeObservations({ mean, deviation });
  const all = new Float32Array(drawn.length + edges.length);
  all.set(drawn);
  all.set(edges, drawn.length);
  return all;
}

/** [rows, actions]. */
async function answersTo(
  bytes: Uint8Array,
  observations: Float32Array,
  { inputs, sizes, output }: Pick<ParityPairs, 'inputs' | 'sizes' | 'output'>,
): Promise<Float32Array> {
  const width = sizes.reduce((sum, size) => sum + size, 0);
  const rows = observations.length / width;
  let start = 0;
  const feeds = inputs.map((input, which) => {
    const size = sizes[which]!;
    const first = start;
    start += size;
    const data = Float32Array.from(
      { length: rows * size },
      (_, at) => observations[Math.floor(at / size) * width + first + (at % size)]!,
    );
    return [input, { type: 'float32', shape: [rows, size], data }] as const;
  });
  const session = await Session.open(bytes, { threads: 1 });
  try {
    return (await session.run(Object.fromEntries(feeds), [output]))[output]!.data as Float32Array;
  } finally {
    await session.release();
  }
}
