/** Calls of onnxruntime-web that are made at once, of one session or of several: each comes to what it comes to by itself. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tf, trace } from '../../compile/index.ts';
import { WebSession } from '../../compile/onnxruntime-web.ts';
import { encodeModel } from '../../onnx/encode.ts';

/** The sum of so many inputs, its double and its half: the more inputs, the longer a call waits for them. */
const modelOf = (inputs: number) =>
  encodeModel(
    trace(
      ({ x }) => {
        const sum = tf.addN(x);
        return { sum, double: sum.mul(2), half: sum.div(2) };
      },
      { x: Array.from({ length: inputs }, () => ({ shape: [4] })) },
    ),
  );
const sizes = [1, 9, 3, 5];

/** Each session is called again and again, all at the same time: some calls begin while others wait, and end before them. */
async function callsAtOnce(open: (model: Uint8Array) => Promise<Pick<WebSession, 'run' | 'release'>>) {
  return Promise.all(
    sizes.map(async (inputs) => {
      const session = await open(modelOf(inputs));
      const told: number[][] = [];
      for (let call = 0; call < 20; call++) {
        const data = new Float32Array(4).fill(call);
        const x = Array.from({ length: inputs }, (_, index) => [`x.${index}`, { type: 'float32', shape: [4], data }]);
        const { sum, double, half } = await session.run(Object.fromEntries(x));
        told.push([sum, double, half].map((tensor) => Number(tensor!.data[0])));
      }
      await session.release();
      return told;
    }),
  );
}

const expected = sizes.map((inputs) =>
  Array.from({ length: 20 }, (_, call) => [call * inputs, call * inputs * 2, (call * inputs) / 2]),
);

describe('at once', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });

  it('as validation and pages call it', async () => {
    expect(await callsAtOnce((model) => WebSession.open(model))).toEqual(expected);
  });

  it('as all else calls it, where onnxruntime-node is not there', async () => {
    vi.stubEnv('GAITSMITH_ONNXRUNTIME', 'web');
    vi.resetModules();
    const { openForThread } = await import('../../compile/onnxruntime.ts');
    const { runtime } = await import('../../compile/native-or-web.ts');
    expect(runtime.name).toBe('onnxruntime-web');
    expect(await callsAtOnce(openForThread)).toEqual(expected);
  });
});
