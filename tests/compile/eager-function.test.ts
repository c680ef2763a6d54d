import { afterEach, describe, expect, it } from 'vitest';
import { type EagerBackendName, loadEagerBackend } from '../../compile/eager-backends.ts';
import { compile, openEngine, runEagerly, type TensorsOf, tf } from '../../compile/index.ts';

const signature = {
  state: { weight: { shape: [3, 2] }, counts: [{ shape: [2], dtype: 'int32' }] },
  x: { shape: ['batch', 3] },
} as const;

const product = ({ state, x }: TensorsOf<typeof signature>) => ({
  y: tf.matMul(x as tf.Tensor2D, state.weight as tf.Tensor2D).sigmoid(),
  nested: { counts: [state.counts[0]!.add(tf.scalar(1, 'int32'))], any: state.weight.greater(0).any() },
});

const values = () => ({
  state: { weight: Float32Array.of(0.1, -0.2, 0.3, -0.4, 0.5, -0.6), counts: [Int32Array.of(1, 2)] as [Int32Array] },
  x: Float32Array.of(1, 2, 3, 4, 5, 6),
});

type Records = Record<string, tf.Tensor>;
type Flat = Record<string, { shape: number[] }>;

const eager = async (fn: (inputs: Records) => Records, spec: Flat, name: EagerBackendName = 'cpu') =>
  runEagerly<Flat, Records>(fn, spec, await loadEagerBackend(name));

afterEach(() => tf.setBackend('cpu'));

describe('a function run eagerly', () => {
  it.each(['cpu', 'wasm'] as const)('on %s gives what its traced self gives, in the same nesting', async (name) => {
    const traced = await compile(product, signature, { threads: 1 });
    const function_ = runEagerly(product, signature, await loadEagerBackend(name));
    const [expected, got] = [await traced.run(values()), await function_.run(values())];
    expect(got.nested).toEqual(expected.nested);
    expect(got.y.type).toBe('float32');
    expect(got.y.shape).toEqual([2, 2]);
    for (const [index, number] of expected.y.data.entries()) expect(got.y.data[index]).toBeCloseTo(Number(number), 6);
    await traced.release();
    await function_.release();
  });

  it('refuses what the traced one refuses', async () => {
    const function_ = await eager(({ x }) => ({ y: tf.neg(x!) }), { x: { shape: [2] } });
    await expect(function_.run({ x: new Float32Array(3) })).rejects.toThrow(/input "x" has the wrong shape/);
    await expect(function_.run({ x: new Int32Array(2) })).rejects.toThrow(/input "x" has the wrong type/);
    await expect(function_.run({ y: new Float32Array(2) } as never)).rejects.toThrow(/unknown input "y"/);
  });

  it('hands out arrays of its own, also for an output that is an input', async () => {
    const function_ = await eager(({ x }) => ({ same: x!, clone: tf.clone(x!) }), { x: { shape: [2] } });
    const x = Float32Array.of(1, 2);
    const { same, clone } = await function_.run({ x });
    x.fill(0);
    expect([...same!.data, ...clone!.data]).toEqual([1, 2, 1, 2]);
  });

  it.each(['cpu', 'wasm'] as const)('leaves no tensor behind on %s in 50 calls, not even one it kept', async (name) => {
    const function_ = await eager(
      ({ x }) => {
        let kept: tf.Tensor | undefined;
        const gradient = tf.grad((value) => {
          kept = tf.keep(value.square().sum());
          tf.keep(value.neg());
          return kept;
        })(x!);
        return { gradient, loss: kept! };
      },
      { x: { shape: [4] } },
      name,
    );
    const before = tf.memory();
    for (let call = 0; call < 50; call++) await function_.run({ x: Float32Array.of(1, 2, 3, call) });
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    expect({ numTensors, numDataBuffers, numBytes }).toEqual({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
      numBytes: before.numBytes,
    });
  });

  it('puts the backend back and keeps no tensor, also where it throws in the middle', async () => {
    const used: string[] = [];
    const function_ = await eager(
      ({ x }) => {
        used.push(tf.getBackend());
        const doubled = tf.keep(x!.mul(2));
        if (used.length > 1) throw new Error('in the middle');
        return { doubled };
      },
      { x: { shape: [1] } },
      'wasm',
    );
    const before = tf.memory().numTensors;
    await function_.run({ x: Float32Array.of(1) });
    expect(tf.getBackend()).toBe('cpu');
    await expect(function_.run({ x: Float32Array.of(1) })).rejects.toThrow('in the middle');
    expect(tf.getBackend()).toBe('cpu');
    expect(used).toEqual(['wasm', 'wasm']);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('an eager backend', () => {
  const missing = (name: string) => async () => {
    throw Object.assign(new Error(`Cannot find package '${name}' imported from here`), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  };

  it.each(['tfjs-node', 'tfjs-node-gpu'] as const)(
    '%s that is not installed is told in one line with the command that installs it',
    async (name) => {
      const error = await loadEagerBackend(name, missing(`@tensorflow/${name}`)).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'UserError' });
      expect((error as Error).message).toMatch(
        new RegExp(
          `^--backend: .* ${name} is not installed.* npm install @tensorflow/${name} --no-save --save-prod, then npm --prefix node_modules/@tensorflow/${name} run install \\(.*TensorFlow`,
        ),
      );
      expect((error as Error).message).not.toContain('\n');
    },
  );

  it('that is installed and does not start is told apart from one that is not installed', async () => {
    const broken = async () => {
      throw new Error('libcudart.so.11.0: cannot open shared object file\n    at somewhere');
    };
    await expect(loadEagerBackend('tfjs-node-gpu', broken)).rejects.toThrow(
      /installed but does not start \(libcudart\.so\.11\.0: cannot open.*npm rebuild.*CUDA 11/,
    );
    await expect(loadEagerBackend('tfjs-node', missing('some-part-of-it'))).rejects.toThrow(/does not start/);
    expect(tf.getBackend()).toBe('cpu');
  });

  it('that takes over when it is imported, as tfjs-node does, is used and then steps back', async () => {
    const cpu = tf.findBackend('cpu');
    const imported: string[] = [];
    const importPackage = async (name: string) => {
      imported.push(name);
      for (const kernel of tf.getKernelsForBackend('cpu')) tf.registerKernel({ ...kernel, backendName: 'tensorflow' });
      tf.registerBackend('tensorflow', () => Object.assign(Object.create(cpu), { isUsingGpuDevice: true }));
      await tf.setBackend('tensorflow');
    };
    try {
      const engine = await openEngine({ backend: 'tfjs-node-gpu', importPackage });
      expect(imported).toEqual(['@tensorflow/tfjs-node-gpu']);
      expect(engine.use).toEqual({ device: 'gpu' });
      expect(tf.getBackend()).toBe('cpu');
      const used: string[] = [];
      const function_ = await engine.prepare(
        ({ x }) => {
          used.push(tf.getBackend());
          return { y: x.add(1) };
        },
        { x: { shape: [2] } },
      );
      expect([...(await function_.run({ x: Float32Array.of(1, 2) })).y.data]).toEqual([2, 3]);
      expect(used).toEqual(['tensorflow']);
      expect(tf.getBackend()).toBe('cpu');
    } finally {
      for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow');
      // The stand-in shares cpu's numbers, which must not be disposed of with it.
      Object.assign(tf.findBackend('tensorflow'), { dispose: () => {} });
      tf.removeBackend('tensorflow');
    }
  });
});

describe('an engine', () => {
  it('is refused by an unknown name, with the names there are', async () => {
    await expect(openEngine({ backend: 'tensorflow' as never })).rejects.toThrow(
      'unknown backend; got "tensorflow"; expected one of onnx, cpu, wasm, tfjs-node, tfjs-node-gpu',
    );
    await expect(openEngine({ device: 'gpu' as never })).rejects.toThrow(
      'unknown device; got "gpu"; expected one of cpu, webgpu, cuda, coreml, dml',
    );
  });

  it('is refused where a device is asked of an eager backend', async () => {
    await expect(openEngine({ backend: 'wasm', device: 'webgpu' })).rejects.toThrow(/--device.*leave out/);
  });
});
