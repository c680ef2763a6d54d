/** What stays behind after many steps and many traces: nothing. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, type DenseTensor, layersFunction, tf, trace } from '../../compile/index.ts';

beforeAll(() => tf.setBackend('cpu'));

// Garbage that V8 has yet to collect, more of it on a busy machine, is no leak.
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const megabytes = () => {
  collectGarbage();
  return process.memoryUsage().rss / 2 ** 20;
};

describe('memory', () => {
  it('stays flat over 2,000 traced training steps', async () => {
    const shape = [64, 64] as const;
    const step = await compile(
      ({ x, w, m }) => {
        const loss = (weight: tf.Tensor) => tf.mean(tf.square(tf.tanh(tf.matMul(x, weight)))) as tf.Scalar;
        const gradient = tf.grad(loss)(w);
        const moment = tf.add(tf.mul(m, 0.9), gradient);
        return { w: tf.sub(w, tf.mul(moment, 0.01)), m: moment };
      },
      { x: { shape: ['batch', 64] }, w: { shape }, m: { shape } },
      { threads: 1 },
    );
    const x: DenseTensor = { type: 'float32', shape: [64, 64], data: new Float32Array(64 * 64).fill(0.1) };
    let w = x;
    let m: DenseTensor = { ...x, data: new Float32Array(64 * 64) };
    const go = async (steps: number) => {
      for (let at = 0; at < steps; at++) ({ w, m } = await step.run({ x, w, m }));
    };
    const tensors = tf.memory();
    // The allocators find their size first: a step moves 32 kB, and a leak of that would be 62 MB in all.
    await go(1000);
    const before = megabytes();
    await go(2000);
    expect(megabytes() - before).toBeLessThan(30);
    expect(tf.memory()).toMatchObject({ numTensors: tensors.numTensors, numBytes: tensors.numBytes });
    await step.release();
  });

  it('has no tensor more after a hundred traces, some of which fail', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 2, kernelSize: 3, activation: 'relu' }),
        tf.layers.batchNormalization(),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2 }),
      ],
    });
    const net = layersFunction(model);
    const [input] = model.inputNames as [string];
    const train = (fails: boolean) =>
      trace(
        ({ x, weights }) => {
          const loss = (outputs: Record<string, tf.Tensor>) => {
            const value = tf.sum(Object.values(outputs)[0]!) as tf.Scalar;
            if (fails) value.dataSync();
            return value;
          };
          return net.gradients(weights, { [input]: x }, loss).gradients;
        },
        { x: { shape: [2, 6, 6, 1] }, weights: net.weights },
      );
    train(false);
    const { numTensors, numDataBuffers } = tf.memory();
    for (let round = 0; round < 50; round++) {
      train(false);
      expect(() => train(true)).toThrow(/value is read/);
    }
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
  });
});
