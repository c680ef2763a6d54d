import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backend } from '../../compile/backend.ts';
import { type Case, cases, type Drawn } from '../../compile/cases/cases.ts';
import { compile, type DenseTensor, defaultOpset, type TensorSpec, tf, trace } from '../../compile/index.ts';
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
    for (const each of ofKernel) await conform(each, ofKernel.length > 4 ? 1 : 3);
    expect(recorded).toContain(kernel);
  });
});

async function conform(each: Case, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(each.inputs, fc.boolean(), fc.constantFrom(...otherOpsets), async (inputs, dynamic, other) => {
      const gradients = each.gradients ?? inputs.flatMap(({ dtype }, index) => (dtype === 'float32' ? [index] : []));
      const fn = withGradients(each, gradients);
      const expected = eager(fn, inputs);
      for (const opset of new Set([9, defaultOpset, other])) {
        if (each.opsets && !each.opsets(opset)) continue;
        const signature = signatureOf(inputs, dynamic && each.dynamic !== false);
        // Numbers over a dynamic axis need Range in some gradients, which came with opset 11.
        const compiled = await compile(fn, signature, { opset, threads: 1 });
        expect(checkModel(compiled.model)).toEqual([]);
        const feeds = Object.fromEntries(inputs.map((input, index) => [`x${index}`, dense(input)]));
        agree(await compiled.run(feeds), expected, each.kernel, `opset ${opset}`);
        await compiled.release();
        if (opset !== other) continue;
        const web = await WebSession.open(compiled.bytes);
        agree(await web.run(feeds), expected, each.kernel, `opset ${opset} in onnxruntime-web`);
        await web.release();
      }
    }),
    { numRuns },
  );
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
      const parts = (Array.isArray(again) ? again : [again]).map((part, index) =>
        tf.sum(tf.mul(tf.cast(part, 'float32'), tf.add(tf.sin(tf.cast(part, 'float32')), 1.5 + index))),
      );
      return tf.addN(parts) as tf.Scalar;
    };
    const slopes = tf.grads(loss)(gradients.map((index) => tensors[index]!));
    return { ...named, ...Object.fromEntries(slopes.map((slope, index) => [`d${gradients[index]}`, slope])) };
  };
}

function eager(fn: Fn, inputs: readonly Drawn[]): Results {
  return tf.tidy(() => {
    const tensors = inputs.map(({ data, shape, dtype }, index) => [`x${index}`, tf.tensor(data, shape, dtype)]);
    const results = Object.entries(fn(Object.fromEntries(tensors)));
    return Object.fromEntries(results.map(([name, y]) => [name, { shape: y.shape, data: y.dataSync() }]));
  }) as never;
}

function signatureOf(inputs: readonly Drawn[], dynamic: boolean): Record<string, TensorSpec> {
  // The axis must be the same one in all inputs: those of the largest rank that don't broadcast it.
  // Sizes that differ, as those of a matrix product's factors, are not the same axis.
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  const batch = inputs.find(({ shape }) => shape.length === rank && shape[0] !== 1)?.shape[0];
  return Object.fromEntries(
    inputs.map(({ shape, dtype }, index) => {
      const open = dynamic && shape.length === rank && batch !== undefined && shape[0] === batch;
      return [`x${index}`, { shape: open ? ['batch', ...shape.slice(1)] : shape, dtype }];
    }),
  );
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

function dense({ data, shape, dtype }: Drawn): DenseTensor {
  return { type: dtype, shape, data: arrays[dtype].from(data) };
}

type Results = Record<string, { shape: number[]; data: ArrayLike<number> }>;

function agree(got: Record<string, DenseTensor>, expected: Results, kernel: string, told: string): void {
  const sums = table.find((row) => row.kernel === kernel)!.folds !== 'small';
  expect(Object.keys(got), told).toEqual(Object.keys(expected));
  for (const name in expected) compare(got[name]!, expected[name]!, sums, `${kernel} ${told} ${name}`);
}

/**
 * Within 1e-5, relative. Relative to what: element by element, to the element. Where terms are added up, to the largest
 * element: terms that cancel leave the rounding of their own size, in whatever order each engine adds them.
 */
function compare(
  got: DenseTensor,
  expected: { shape: number[]; data: ArrayLike<number> },
  sums: boolean,
  told: string,
) {
  expect([...got.shape], told).toEqual(expected.shape);
  const largest = sums ? Array.from(expected.data, Math.abs).reduce((one, other) => Math.max(one, other), 0) : 0;
  for (let index = 0; index < expected.data.length; index++) {
    const [one, other] = [Number(got.data[index]), expected.data[index]!];
    if (Object.is(one, other) || Math.abs(one - other) <= 1e-5 * Math.max(1, Math.abs(other), largest)) continue;
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
