import { describe, expect, it } from 'vitest';
import { toldOutcomes } from '../../../viewer/learn/gpu.ts';

describe('what computes the update', () => {
  it('is not told where no GPU was asked for', () => {
    expect(toldOutcomes([])).toBe('');
  });

  it('is told with what was measured, and that the last digits differ where a GPU computes', () => {
    const milliseconds = { cpu: 30, gpu: 10 };
    expect(
      toldOutcomes([
        { graph: 0, device: 'webgpu', milliseconds },
        { graph: 1, device: 'cpu', milliseconds: { cpu: 1.5, gpu: 9 } },
      ]),
    ).toBe(
      "The GPU (WebGPU) computes 1 of 2 graphs of the update; its last digits are not the CPU's. Measured, a call of each: CPU 31.5 ms, GPU 19.0 ms.",
    );
  });

  it('is told with why the GPU does not', () => {
    expect(toldOutcomes([{ graph: 0, device: 'cpu', trouble: 'device lost' }])).toBe(
      'The CPU (WASM) computes the update. The GPU could not be used: device lost.',
    );
  });
});
