import { beforeAll, describe, expect, it } from 'vitest';
import { compile, named, type TraceOptions, tf, trace } from '../../compile/index.ts';

beforeAll(() => tf.setBackend('cpu'));

const signature = { x: { shape: [4, 2] }, w: { shape: [2, 3] }, b: { shape: [3] } } as const;
type Inputs = { x: tf.Tensor; w: tf.Tensor; b: tf.Tensor };
const product = (a: tf.Tensor, b: tf.Tensor, ...transposed: boolean[]) =>
  tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, ...transposed);

function ops(fn: (inputs: Inputs) => Record<string, tf.Tensor>, options?: TraceOptions): string {
  return trace(fn, signature, options)
    .graph.nodes.map(({ op }) => op)
    .join(' ');
}

describe('the reshapes pass', () => {
  const there = (x: tf.Tensor) => tf.reshape(tf.reshape(x, [2, 2, 2]), [8, 1]);

  it('makes one of two, and none of one that leads back', () => {
    expect(ops(({ x }) => ({ y: tf.tanh(there(x)) }))).toBe('Reshape Tanh');
    expect(ops(({ x }) => ({ y: tf.tanh(there(x)) }), { passes: { reshapes: false } })).toBe('Reshape Reshape Tanh');
    expect(ops(({ x }) => ({ y: tf.tanh(tf.reshape(there(x), [4, 2])) }))).toBe('Tanh');
  });

  it('passes the name of an output on to what it was a reshape of', () => {
    const { graph } = trace(({ x }) => ({ y: tf.reshape(there(tf.tanh(x)), [4, 2]) }), signature);
    expect(graph.nodes).toMatchObject([{ op: 'Tanh', outputs: ['y'] }]);
    // An input can't be renamed.
    expect(ops(({ x }) => ({ y: tf.reshape(there(x), [4, 2]) }))).toBe('Reshape');
    expect(ops(({ x }) => ({ y: x, z: tf.reshape(there(x), [4, 2]) }))).toBe('Reshape Identity');
  });

  it('does a constant at once, which keeps its name where its shape comes back', () => {
    const weight = named(tf.ones([4, 2]), 'weight');
    const back = trace(({ x }) => ({ y: tf.add(x, tf.reshape(there(weight), [4, 2])) }), signature);
    expect(back.graph.nodes).toMatchObject([{ op: 'Add', inputs: ['x', 'weight'] }]);
    const { graph } = trace(({ x }) => ({ y: tf.add(there(x), there(weight)) }), signature);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Reshape', 'Add']);
  });

  it('lets a dense layer be one node, whatever the rank that tfjs makes of it', () => {
    const dense = ({ x, w, b }: Inputs) => ({
      y: tf.fused.matMul({ a: x as tf.Tensor2D, b: w as tf.Tensor2D, bias: b, activation: 'relu' }),
    });
    expect(ops(dense)).toBe('Gemm Relu');
  });
});

describe('equal constants', () => {
  it('become one, but for those that have names', () => {
    const [a, b] = [tf.tensor1d([1, 2]), tf.tensor1d([1, 2])];
    const add = ({ x }: Inputs) => ({ y: tf.add(tf.add(x, a), b) });
    expect(trace(add, signature).graph.initializers.size).toBe(1);
    named(b, 'b');
    expect(trace(add, signature).graph.initializers.size).toBe(2);
  });
});

describe('the Gemm pass', () => {
  it('makes one node of a product and its bias, on either side of the sum', () => {
    expect(ops(({ x, w, b }) => ({ y: tf.add(product(x, w), b) }))).toBe('Gemm');
    expect(ops(({ x, w, b }) => ({ y: tf.add(b, product(x, w)) }))).toBe('Gemm');
    expect(ops(({ x, w, b }) => ({ y: tf.add(product(x, w), b) }), { passes: { gemm: false } })).toBe('MatMul Add');
  });

  it('folds the transposes of a gradient in', () => {
    const loss = ({ x, w, b }: Inputs) => ({ d: tf.grad((v) => tf.sum(tf.tanh(tf.add(product(x, v), b))))(w) });
    expect(ops(loss)).not.toContain('Transpose');
    // Before opset 11 Gemm needs a bias.
    expect(ops(loss, { opset: 9 })).toContain('Transpose MatMul');
  });

  it('leaves the transposed copy of a left factor to a wide product, which reads it faster', () => {
    const wide = (width: number | string) =>
      trace(({ left, right }) => ({ d: tf.matMul(left as tf.Tensor2D, right as tf.Tensor2D, true) }), {
        left: { shape: [40, 30] },
        right: { shape: [40, width] },
      }).graph.nodes.map(({ op }) => op);
    expect(wide(256)).toEqual(['Transpose', 'MatMul']);
    expect(wide(255)).toEqual(['Gemm']);
    expect(wide('width')).toEqual(['Gemm']);
  });

  it('takes in a constant that a factor or the product is multiplied by', async () => {
    const scaled = ({ x, w, b }: Inputs) => ({
      factor: tf.add(product(x, tf.mul(w, 0.5)), b),
      both: product(tf.mul(3, x), tf.mul(w, 0.5)),
      whole: tf.mul(product(x, w), 0.25),
      transposed: product(tf.mul(2, tf.transpose(tf.mul(w, 0.5))), x, false, true),
    });
    expect(ops(scaled)).toBe('Gemm Gemm Gemm Gemm');
    // Whoever reads an old file may know no other factor than 1.
    expect(ops(scaled, { opset: 9 })).toContain('Mul');
    const [x, w, b] = [9, 6, 3].map((length) => Float32Array.from({ length }, (_, at) => Math.sin(at + length)));
    const given = { x: x!.subarray(1), w: w!, b: b! };
    const [with_, without] = await Promise.all(
      [true, false].map(async (gemm) => {
        const fn = await compile(scaled, signature, { passes: { gemm } });
        const made = await fn.run(given);
        await fn.release();
        return Object.values(made).flatMap(({ data }) => [...(data as Float32Array)]);
      }),
    );
    with_!.forEach((value, at) => {
      expect(value).toBeCloseTo(without![at]!, 6);
    });
  });

  it('leaves a multiple alone of what is read by others, or of what is itself such a multiple of a product', async () => {
    const nested = ({ x, w }: Inputs) => ({ y: product(tf.mul(product(x, w), 0.5), tf.mul(w, 2), false, true) });
    expect(ops(nested)).toBe('Gemm Gemm');
    const fn = await compile(nested, signature);
    const made = await fn.run({
      x: new Float32Array(8).fill(1),
      w: new Float32Array(6).fill(1),
      b: new Float32Array(3),
    });
    expect([...made.y.data]).toEqual(new Array(8).fill(6));
    await fn.release();
    expect(
      ops(({ x, w }) => {
        const half = tf.mul(w, 0.5);
        return { half, y: product(x, half) };
      }),
    ).toBe('Mul Gemm');
  });

  it('leaves a product alone that is an output or read twice, and a bias of another size', () => {
    expect(
      ops(({ x, w, b }) => {
        const y = product(x, w);
        return { y, z: tf.add(y, b) };
      }),
    ).toBe('MatMul Add');
    expect(ops(({ x, w }) => ({ y: tf.add(product(x, w), tf.tensor1d([3])) }))).toBe('MatMul Add');
  });
});

describe('common sub-expressions', () => {
  it('are computed once', () => {
    const twice = ({ x }: Inputs) => ({ y: tf.add(tf.exp(x), tf.exp(x)) });
    expect(ops(twice)).toBe('Exp Add');
    expect(ops(twice, { passes: { commonSubexpressions: false } })).toBe('Exp Exp Add');
  });
});

describe('neutral operations', () => {
  it('go: products with ones, sums with zeros', () => {
    const idle = ({ x }: Inputs) => ({ y: tf.exp(tf.add(tf.mul(x, tf.onesLike(x)), 0)) });
    expect(ops(idle)).toBe('Exp');
    expect(ops(idle, { passes: { neutralOperations: false } })).toBe('Mul Add Exp');
  });

  it('stay where they make the result larger', async () => {
    const fn = await compile(({ b }) => ({ y: tf.mul(b, tf.ones([2, 3])) }), { b: { shape: [3] } });
    expect((await fn.run({ b: Float32Array.of(1, 2, 3) })).y.shape).toEqual([2, 3]);
    await fn.release();
  });
});

describe('the negations pass', () => {
  const differences = ({ x }: Inputs) => {
    const y = tf.neg(tf.tanh(x));
    return { a: tf.add(x, y), b: tf.add(y, tf.exp(x)), c: tf.sub(x, y), d: tf.sub(y, x) };
  };

  it('subtracts what was negated and added, and adds what was negated and subtracted', async () => {
    expect(ops(differences)).toBe('Tanh Neg Sub Exp Sub Add Sub');
    expect(ops(differences, { passes: { negations: false } })).toBe('Tanh Neg Add Exp Add Sub Sub');
    const x = Float32Array.of(0, -0, 1, -3, 1e-9, 7e8, Number.POSITIVE_INFINITY, Number.NaN);
    const [with_, without] = await Promise.all(
      [true, false].map(async (negations) => {
        const fn = await compile(differences, signature, { passes: { negations } });
        const made = await fn.run({ x, w: new Float32Array(6), b: new Float32Array(3) });
        await fn.release();
        return Object.values(made).map(({ data }) => [...data]);
      }),
    );
    expect(with_).toEqual(without);
  });
});

describe('the row sums pass', () => {
  const sums = ({ x }: { x: tf.Tensor }) => ({ flat: tf.sum(tf.tanh(x), 0), kept: tf.sum(tf.sin(x), 0, true) });
  const tall = { x: { shape: [300, 4] } } as const;

  it('multiplies many rows with ones and gives the same sums', async () => {
    for (const opset of [9, 17]) {
      const [with_, without] = [
        await compile(sums, tall, { opset, threads: 1 }),
        await compile(sums, tall, { opset, threads: 1, passes: { rowSums: false } }),
      ];
      expect(with_.model.graph.nodes.map(({ op }) => op)).not.toContain('ReduceSum');
      expect(without.model.graph.nodes.map(({ op }) => op)).toContain('ReduceSum');
      const x = Float32Array.from({ length: 1200 }, (_, index) => Math.sin(index));
      const [one, other] = [await with_.run({ x }), await without.run({ x })];
      expect([one.flat.shape, one.kept.shape]).toEqual([[4], [1, 4]]);
      for (let index = 0; index < 4; index++) {
        expect(one.flat.data[index]).toBeCloseTo(Number(other.flat.data[index]), 4);
        expect(one.kept.data[index]).toBeCloseTo(Number(other.kept.data[index]), 4);
      }
      await Promise.all([with_.release(), without.release()]);
    }
  });

  it('leaves few rows alone, and a batch of unknown size', () => {
    for (const shape of [
      [20, 4],
      ['batch', 4],
    ]) {
      expect(trace(sums, { x: { shape } }).graph.nodes.map(({ op }) => op)).toContain('ReduceSum');
    }
  });
});

describe('dead code', () => {
  it('goes, with the constants that only it read', () => {
    const idle = ({ x }: Inputs) => {
      tf.mul(x, tf.tensor1d([5, 6]));
      return { y: tf.exp(x) };
    };
    expect(ops(idle)).toBe('Exp');
    expect(trace(idle, signature).graph.initializers.size).toBe(0);
    expect(ops(idle, { passes: { deadCode: false } })).toBe('Mul Exp');
  });
});

describe('constant folding', () => {
  const variance = tf.tensor1d([4, 9]);
  const scaled = ({ x }: Inputs) => ({ y: tf.div(x, tf.sqrt(tf.add(variance, tf.zeros([2])))) });

  it('computes what depends on constants alone while tracing', () => {
    expect(ops(scaled)).toBe('Div');
    expect(ops(scaled, { passes: { foldConstants: false } })).toBe('Sqrt Div');
  });
});

describe('fills', () => {
  it('never become arrays in the file, nor nodes where they broadcast', () => {
    const big = { x: { shape: ['batch', 243] } } as const;
    const model = trace(({ x }) => ({ y: tf.grad((z) => tf.mean(tf.square(tf.sub(z, tf.ones([1, 243])))))(x) }), big);
    expect(model.graph.nodes.map(({ op }) => op)).not.toContain('Expand');
    for (const { data } of model.graph.initializers.values()) expect(data.length).toBeLessThanOrEqual(2);
    const filled = trace(({ x }) => ({ y: product(x, tf.zeros([300, 300])) }), { x: { shape: [2, 300] } });
    expect(filled.graph.nodes.map(({ op }) => op)).toEqual(['ConstantOfShape', 'MatMul']);
  });
});
