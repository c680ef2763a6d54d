/** Files that something has gnawed at: each is told as what it is, or judged; none hangs, crashes or is a bug of ours. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../base/failure/user-error.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { checkWalkerPolicy } from '../../evaluate/policy-graph.ts';
import { walkerSubject } from '../../evaluate/subject.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { type Baseline, baselineText, readBaseline } from '../../regress/baseline.ts';
import { contractFindings } from '../../regress/contract-check.ts';
import { smallPolicyFile } from '../small-policies.ts';

/** Of a policy, and of a baseline; MUTATIONS=5000 in the environment for more. */
const MUTATIONS = Number(process.env['MUTATIONS'] ?? 800);

/** Some bytes changed, cut out, doubled or cut off. */
function mutated(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = random.below(copy.length);
  const length = 1 + random.below(16);
  switch (random.below(4)) {
    case 0:
      for (let index = at; index < Math.min(copy.length, at + length); index++) copy[index] = random.below(256);
      return copy;
    case 1:
      return Uint8Array.of(...copy.subarray(0, at), ...copy.subarray(at + length));
    case 2:
      return Uint8Array.of(...copy.subarray(0, at + length), ...copy.subarray(at));
    default:
      return copy.subarray(0, at);
  }
}

/** Calls it; whatever is thrown has to be told in the words of the input. @returns whether anything was. */
function isTold(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return true;
  }
}

describe(`${MUTATIONS} mutations`, { timeout: 200 * MUTATIONS }, () => {
  it('of a policy: it is no model, no policy, or has findings', () => {
    const { bytes } = smallPolicyFile();
    const random = new RandomStream(23);
    let told = 0;
    for (let count = 0; count < MUTATIONS; count++) {
      // The weights are most of the file: half of the mutations are in what stands before and behind them.
      const broken = mutated(bytes, random);
      told += isTold(() => {
        checkWalkerPolicy(decodeModel(broken, 'gnawed.onnx'), 'gnawed.onnx');
        for (const finding of contractFindings(broken, 'gnawed.onnx', walkerSubject.task.behavior))
          expect(finding).not.toBe('');
      })
        ? 1
        : 0;
    }
    expect(told).toBeGreaterThan(MUTATIONS / 4);
  });

  describe('of a baseline', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'gaitsmith-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('it is damaged, or all that it says is of the right kind', () => {
      const rows = 3;
      const baseline: Baseline = {
        gaitsmith_baseline: 1,
        policy: 'walker.onnx',
        sha256: 'a'.repeat(64),
        history: [{ reason: 'first', sha256: 'a'.repeat(64), reward: 1 }],
        world_sha256: 'b'.repeat(64),
        settings: { seed: 1, speeds: 'grid', deterministic: false, world: 'unity', parameters: { friction: 0.5 } },
        findings: [],
        bytes: 100,
        episodes: {
          speeds: Array.from({ length: 48 }, (_, index) => index / 7),
          returns: Array.from({ length: 48 }, (_, index) => index / 3),
          fell: Array.from({ length: 48 }, (_, index) => (index % 2) as 0 | 1),
        },
        golden: {
          observations: new Float32Array(rows * 243).fill(0.5),
          mean: new Float32Array(rows * 39),
          sampled: new Float32Array(rows * 39).fill(0.25),
        },
      };
      const path = join(folder, 'walker.baseline.json');
      const text = baselineText(baseline);
      writeFileSync(path, text);
      expect(readBaseline(path, 'walker.onnx')).toEqual(baseline);
      const random = new RandomStream(29);
      let told = 0;
      for (let count = 0; count < MUTATIONS; count++) {
        writeFileSync(path, mutated(Buffer.from(text), random));
        told += isTold(() => {
          const { episodes, golden } = readBaseline(path, 'walker.onnx');
          expect(episodes.returns.every(Number.isFinite)).toBe(true);
          expect(golden.observations.length / 243).toBe(golden.mean.length / 39);
        })
          ? 1
          : 0;
      }
      expect(told).toBeGreaterThan(MUTATIONS / 2);
    });
  });
});
