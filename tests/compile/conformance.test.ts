import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../base/failure/user-error.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { backend } from '../../compile/backend.ts';
import { type Case, type Drawn, type Edges, edgesOfSums, edgeValues } from '../../compile/cases/case.ts';
import { cases } from '../../compile/cases/cases.ts';
import {
  compile,
  type DenseTensor,
  defaultOpset,
  type TensorSpec,
  TraceError,
  tf,
  trace,
} from '../../compile/index.ts';
import { WebSession } from '../../compile/onnxruntime-web.ts';
import { table } from '../../compile/table.ts';
import { checkModel } from '../../onnx/check.ts';

// Each run draws one of these besides 9 and the default: over the rows all of them come up, over the runs for every row.
const otherOpsets = [10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21];

beforeAll(() => tf.setBackend('cpu'));

describe('the conformance suite', () => {
  it('has a case for every row of the operator table', () => {
    const covered = new Set([...cases.map(({ kernel }) => kernel), 'RandomNormalLike']);
    expect([...covered].sort()).toEqual(table.map(({ kernel }) => kernel).sort());
  });
});

/** In what words a type or a size that has no meaning is refused. */
const refusals = /a boolean of (tfjs may|ONNX can't) hold|knows floats only|it has no elements|cannot be reshaped/;
/** What was refused, as 'int32 Kernel'. */
const refused = new Set<string>();

const recorded = new Set<string>();
const record = backend.record.bind(backend);
backend.record = (row, inputs, attrs) => {
  recorded.add(row.kernel);
  return record(row, inputs, attrs);
};
afterAll(() => {
  backend.record = record;
});

const kernels = [...new Set(cases.map(({ kernel }) => kernel))];
describe.each(kernels)('%s', (kernel) => {
  const ofKernel = cases.filter((each) => each.kernel === kernel);

  it('traced computes what tfjs computes, gradients included, in both engines', async () => {
    recorded.clear();
    const draw = (each: Case) => fc.tuple(fc.constant(each), each.inputs, fc.boolean(), fc.nat());
    const times = ofKernel.length > 4 ? 1 : 2;
    const draws = fc.tuple(...ofKernel.flatMap((each) => Array.from({ length: times }, () => draw(each))));
    await fc.assert(
      fc.asyncProperty(draws, fc.constantFrom(...otherOpsets), async (drawn, other) => {
        const examples = drawn.map(([each, inputs, open, seed], index) => ({
          // One graph computes them all: values of the kind that was drawn, and of every other kind.
          ...exampleOf(each, inputs, `${index}`, [seed, seed + 1, seed + 2]),
          open: open && each.dynamic !== false && emptied(inputs) !== undefined,
        }));
        for (const opset of new Set([9, defaultOpset, other])) {
          const some = examples.filter(({ each }) => each.opsets?.(opset) ?? true);
          const inWeb = opset === other;
          await conformTogether(kernel, some.filter(({ open }) => !open), opset, inWeb); // biome-ignore format: short
          for (const each of some) if (each.open) await conformOpen(each, opset, inWeb);
        }
      }),
      { numRuns: 1, endOnFailure: true },
    );
    expect(recorded).toContain(kernel);
  });

  it('computes what tfjs computes of whole numbers, booleans and nothing at all, or is refused by name', async () => {
    const draws = fc.tuple(fc.tuple(...ofKernel.map(({ inputs }) => inputs)), fc.nat());
    await fc.assert(
      fc.asyncProperty(draws, async ([drawn, seed]) => {
        const examples = ofKernel.flatMap((each, index) => unusual(each, drawn[index]!, `${index}`, seed));
        for (const opset of [9, defaultOpset]) {
          const some = examples.filter(({ each }) => each.opsets?.(opset) ?? true);
          await conformTogether(kernel, some, opset, false).catch(async (error) => {
            if (!(error instanceof TraceError)) throw error;
            await conformTogether(kernel, some.filter((each) => !isRefused(each, opset)), opset, false); // biome-ignore format: short
          });
        }
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });
});

describe('what is refused', () => {
  it('are booleans where tfjs makes other numbers of them, what ONNX knows of floats only, and the extremum of nothing', () => {
    const ofType = (type: string) =>
      [...refused].filter((each) => each.startsWith(`${type} `)).map((each) => each.slice(type.length + 1));
    const floatsOnly = 'FusedBatchNorm LayerNormalization MaxPool MaxPoolGrad _FusedMatMul';
    expect(ofType('bool').sort().join(' ')).toBe(
      'Add AddN BatchMatMul FusedBatchNorm LayerNormalization MaxPool MaxPoolGrad Mod Neg PadV2 RealDiv ScatterNd ' +
        'Softmax Sub _FusedMatMul',
    );
    expect(ofType('int32').sort().join(' ')).toBe(floatsOnly);
    // Which axis a draw lays without elements, and so which of these come up, differs.
    const withElements =
      'All Any ArgMax ArgMin BatchMatMul Conv2D Conv2DBackpropFilter DepthwiseConv2dNative ' +
      'DepthwiseConv2dNativeBackpropFilter GatherNd GatherV2 LayerNormalization Max Min ResizeBilinear ResizeBilinearGrad ' +
      'ResizeNearestNeighborGrad Softmax TopK Unpack _FusedMatMul';
    expect(ofType('empty').filter((kernel) => !withElements.split(' ').includes(kernel))).toEqual([]);
  });
});

/** A case with inputs that were drawn, and values to feed them. */
interface Example {
  readonly name: string;
  readonly each: Case;
  readonly fn: Fn;
  readonly inputs: readonly Drawn[];
  readonly feeds: readonly (readonly Drawn[])[];
  /** What tfjs makes of each. */
  readonly expected: readonly Results[];
}

/** @param seeds of more feeds, which have values of every kind. */
function exampleOf(each: Case, inputs: readonly Drawn[], name: string, seeds: readonly number[] = []): Example {
  const gradients = each.gradients ?? inputs.flatMap(({ dtype }, index) => (dtype === 'float32' ? [index] : []));
  const fn = withGradients(each, gradients);
  const feeds = [inputs, ...seeds.map((seed) => withEdges(inputs, each, seed))];
  return { name, each, fn, inputs, feeds, expected: feeds.map((values) => eager(fn, values)) };
}

/** A case with no rows, and with whole numbers and booleans in the place of its floats; not what tfjs itself refuses. */
function unusual(each: Case, drawn: readonly Drawn[], name: string, seed: number): Example[] {
  const all: [Case, readonly Drawn[] | undefined, string][] = [
    [each, each.rows === 'some' ? undefined : emptied(drawn), `empty_${name}`],
    [{ ...each, gradients: [] }, retyped(drawn, 'int32', each, seed), `int32_${name}`],
    [{ ...each, gradients: [] }, retyped(drawn, 'bool', each, seed), `bool_${name}`],
  ];
  return all.flatMap(([of, inputs, called]) => (inputs && unlessRefused(() => exampleOf(of, inputs, called))) ?? []);
}

/** Whether an example is refused while tracing, in our own words, and notes it down. */
function isRefused({ name, each: { kernel }, fn, inputs }: Example, opset: number): boolean {
  try {
    trace(fn, signatureOf(inputs, false), { opset });
    return false;
  } catch (error) {
    expect(error, `${kernel} ${name}`).toBeInstanceOf(TraceError);
    expect((error as Error).message).toMatch(refusals);
    refused.add(`${name.split('_')[0]} ${kernel}`);
    return true;
  }
}

/** Examples of fixed shapes as one graph, which must give for each what tfjs gives, with every feed. */
async function conformTogether(
  kernel: string,
  examples: readonly Example[],
  opset: number,
  inWeb: boolean,
): Promise<void> {
  if (examples.length === 0) return;
  const own = (name: string, index: number) => `${name}_x${index}`;
  const fn: Fn = (tensors) =>
    Object.fromEntries(
      examples.flatMap((example) => {
        const given = example.inputs.map((_, index) => [`x${index}`, tensors[own(example.name, index)]!]);
        const made = Object.entries(example.fn(Object.fromEntries(given)));
        return made.map(([key, value]) => [`${example.name}_${key}`, value]);
      }),
    );
  const specs = examples.flatMap(({ name, inputs }) =>
    inputs.map(({ shape, dtype }, index) => [own(name, index), { shape, dtype }]),
  );
  const [compiled, web] = await opened(fn, Object.fromEntries(specs), opset, inWeb);
  for (const [feed] of examples[0]!.feeds.entries()) {
    const values = examples.flatMap(({ name, feeds }) =>
      feeds[feed]!.map((value, index) => [own(name, index), dense(value)] as const),
    );
    const right = examples.flatMap(({ name, expected }) =>
      Object.entries(expected[feed]!).map(([key, value]) => [`${name}_${key}`, value] as const),
    );
    const told = `${kernel} opset ${opset} feed ${feed}`;
    const feeds = Object.fromEntries(values);
    agree(await compiled.run(feeds), Object.fromEntries(right), kernel, told);
    if (web) agree(await web.run(feeds), Object.fromEntries(right), kernel, `${told} in onnxruntime-web`);
  }
  await Promise.all([compiled.release(), web?.release()]);
}

/** An example whose batch is open, with every feed and without rows. */
async function conformOpen(
  { each: { kernel, rows }, fn, inputs, feeds, expected }: Example,
  opset: number,
  inWeb: boolean,
): Promise<void> {
  // Numbers over a dynamic axis need Range in some gradients, which came with opset 11.
  const [compiled, web] = await opened(fn, signatureOf(inputs, true), opset, inWeb);
  for (const [feed, values] of feeds.entries()) {
    const told = `${kernel} opset ${opset} open, feed ${feed}`;
    agree(await compiled.run(denseInputs(values)), expected[feed]!, kernel, told);
    if (web) agree(await web.run(denseInputs(values)), expected[feed]!, kernel, `${told} in onnxruntime-web`);
  }
  // A batch of no rows gives what tfjs gives, or is refused in our own words.
  const withoutRows = emptied(inputs)!;
  const got = await compiled.run(denseInputs(withoutRows)).catch((error: unknown) => {
    expect(error, `${kernel} without rows`).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(/batch = 0.*(has no ONNX form for less|can't be called with)/);
    return undefined;
  });
  const right = got && rows !== 'some' && unlessRefused(() => eager(fn, withoutRows));
  if (right) agree(got, right, kernel, `${kernel} opset ${opset} without rows`);
  await Promise.all([compiled.release(), web?.release()]);
}

async function opened(fn: Fn, signature: Record<string, TensorSpec>, opset: number, inWeb: boolean) {
  const compiled = await compile(fn, signature, { opset, threads: 1 });
  expect(checkModel(compiled.model)).toEqual([]);
  return [compiled, inWeb ? await WebSession.open(compiled.bytes) : undefined] as const;
}

type Fn = (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;

/** The case's results, and the gradients of their weighted sum. */
function withGradients({ call }: Case, gradients: readonly number[]): Fn {
  return (inputs) => {
    const tensors = Object.values(inputs);
    const made = call(...tensors);
    const results = Array.isArray(made) ? made : [made];
    const named = Object.fromEntries(results.map((result, index) => [`y${index}`, result]));
    if (gradients.length === 0) return named;
    const loss = (...chosen: tf.Tensor[]) => {
      const all = tensors.map((tensor, index) => chosen[gradients.indexOf(index)] ?? tensor);
      const again = call(...all);
      const parts = (Array.isArray(again) ? again : [again]).map((part, index) => {
        const float = tf.cast(part, 'float32');
        // Its slope differs from one element to the next, and is a number whatever the element is.
        return tf.sum(tf.add(tf.mul(float, 1.5 + index), tf.sin(tf.clipByValue(float, -9, 9))));
      });
      return tf.addN(parts) as tf.Scalar;
    };
    const slopes = tf.grads(loss)(gradients.map((index) => tensors[index]!));
    return { ...named, ...Object.fromEntries(slopes.map((slope, index) => [`d${gradients[index]}`, slope])) };
  };
}

/** What tfjs makes of something; undefined where it refuses. */
function unlessRefused<Made>(make: () => Made): Made | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function eager(fn: Fn, inputs: readonly Drawn[]): Results {
  return tf.tidy(() => {
    const tensors = inputs.map(({ data, shape, dtype }, index) => [`x${index}`, tf.tensor(data, shape, dtype)]);
    const results = Object.entries(fn(Object.fromEntries(tensors)));
    return Object.fromEntries(
      results.map(([name, y]) => [name, { type: y.dtype, shape: y.shape, data: y.dataSync().slice() }]),
    );
  }) as never;
}

/**
 * The axis that may be open: the same one in all inputs, those of the largest rank that don't broadcast it. Sizes that
 * differ, as those of a matrix product's factors, are not the same axis.
 */
function openAxis(inputs: readonly Drawn[]): (input: Drawn) => boolean {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  const batch = inputs.find(({ shape }) => shape.length === rank && shape[0] !== 1)?.shape[0];
  return ({ shape }) => shape.length === rank && batch !== undefined && shape[0] === batch;
}

function signatureOf(inputs: readonly Drawn[], dynamic: boolean): Record<string, TensorSpec> {
  const isOpen = openAxis(inputs);
  return Object.fromEntries(
    inputs.map((input, index) => {
      const { shape, dtype } = input;
      return [`x${index}`, { shape: dynamic && isOpen(input) ? ['batch', ...shape.slice(1)] : shape, dtype }];
    }),
  );
}

/** The inputs with no rows; undefined where there is no batch that they have in common. */
function emptied(inputs: readonly Drawn[]): Drawn[] | undefined {
  const isOpen = openAxis(inputs);
  if (!inputs.some(isOpen)) return undefined;
  return inputs.map((input) => (isOpen(input) ? { ...input, shape: [0, ...input.shape.slice(1)], data: [] } : input));
}

/** A third of the floats, and of the booleans, become what is at the edge of their type. */
function withEdges(inputs: readonly Drawn[], each: Case, seed: number): Drawn[] {
  const edges = edgesOf(each);
  const random = new RandomStream(seed);
  return inputs.map((input, index) => {
    if (each.edged && !each.edged.includes(index)) return input;
    const chosen = input.dtype === 'bool' ? [0, 1] : input.dtype === 'float32' ? edges.float32 : [];
    const draw = (drawn: number) => {
      const isEdge = random.uniform() < 1 / 3 && chosen.length > 0;
      return isEdge ? chosen[Math.floor(random.uniform() * chosen.length)]! : drawn;
    };
    return { ...input, data: input.data.map(draw) };
  });
}

/** The values that a case may meet: sums of the largest numbers depend on the order in which they are added. */
function edgesOf({ kernel, edges }: Case): Edges {
  const isElementwise = table.find((row) => row.kernel === kernel)!.folds === 'small';
  return edges ?? (isElementwise ? edgeValues : edgesOfSums);
}

/** The floats as another type, drawn from all of it; undefined where there are none. */
function retyped(inputs: readonly Drawn[], dtype: 'int32' | 'bool', each: Case, seed: number): Drawn[] | undefined {
  const edges = edgesOf(each);
  if (!inputs.some((input) => input.dtype === 'float32')) return undefined;
  const random = new RandomStream(seed);
  const values = dtype === 'bool' ? [0, 1] : edges.int32;
  const draw = () => values[Math.floor(random.uniform() * values.length)]!;
  return inputs.map((input) => (input.dtype === 'float32' ? { ...input, dtype, data: input.data.map(draw) } : input));
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

function dense({ data, shape, dtype }: Drawn): DenseTensor {
  return { type: dtype, shape, data: arrays[dtype].from(data) };
}

function denseInputs(inputs: readonly Drawn[]): Record<string, DenseTensor> {
  return Object.fromEntries(inputs.map((input, index) => [`x${index}`, dense(input)]));
}

type Results = Record<string, { type: string; shape: number[]; data: ArrayLike<number> }>;

function agree(got: Record<string, DenseTensor>, expected: Results, kernel: string, told: string): void {
  const sums = table.find((row) => row.kernel === kernel)!.folds !== 'small';
  expect(Object.keys(got), told).toEqual(Object.keys(expected));
  for (const name in expected) compare(got[name]!, expected[name]!, sums, `${told} ${name}`);
}

/**
 * Whole numbers and booleans are equal; floats within 1e-5, relative. Relative to what: element by element, to the element.
 * Where terms are added up, to the largest element: terms that cancel leave the rounding of their own size, in whatever order
 * each engine adds them.
 */
function compare(got: DenseTensor, expected: Results[string], sums: boolean, told: string) {
  expect([...got.shape], told).toEqual(expected.shape);
  expect(got.type, told).toBe(expected.type);
  const finite = sums ? Array.from(expected.data, Math.abs).filter(Number.isFinite) : [];
  const largest = finite.reduce((one, other) => Math.max(one, other), 0);
  for (let index = 0; index < expected.data.length; index++) {
    const [one, other] = [Number(got.data[index]), expected.data[index]!];
    // Zeros of both signs are equal.
    if (one === other || Object.is(one, other)) continue;
    const isClose = Math.abs(one - other) <= 1e-5 * Math.max(1, Math.abs(other), largest);
    if (got.type === 'float32' && Number.isFinite(other) && isClose) continue;
    expect(one, `${told} [${index}]`).toBe(other);
  }
}

describe('RandomNormalLike', () => {
  it('becomes one node without a seed, and draws anew at each run', async () => {
    const { randomNormalLike } = await import('../../compile/index.ts');
    const noise = await compile(({ x }) => ({ y: randomNormalLike(x) }), { x: { shape: ['batch', 40] } });
    expect(noise.model.graph.nodes).toMatchObject([{ op: 'RandomNormalLike', attributes: { dtype: { value: 1 } } }]);
    expect(Object.keys(noise.model.graph.nodes[0]!.attributes)).toEqual(['dtype']);
    const [first, second] = [
      await noise.run({ x: new Float32Array(8000) }),
      await noise.run({ x: new Float32Array(8000) }),
    ];
    expect(first.y.data).not.toEqual(second.y.data);
    const numbers = Array.from(first.y.data as Float32Array);
    const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
    const variance = numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / numbers.length;
    expect(Math.abs(mean)).toBeLessThan(0.06);
    expect(Math.abs(variance - 1)).toBeLessThan(0.09);
  });

  it('is not merged with a second draw, and eagerly draws from tfjs', async () => {
    const { randomNormalLike } = await import('../../compile/index.ts');
    const two = trace(({ x }) => ({ y: randomNormalLike(x), z: randomNormalLike(x) }), { x: { shape: [3] } });
    expect(two.graph.nodes).toHaveLength(2);
    expect(tf.tidy(() => randomNormalLike(tf.zeros([2, 3])).shape)).toEqual([2, 3]);
  });
});
