/**
 * Damaged files: a report or a UserError, never another error, a crash or a hang. Some hundreds here; all that were asked for by
 *
 *     MUTANTS=10000 npx vitest run tests/lint/mutants.test.ts
 */
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../base/failure/user-error.ts';
import { graphSvg } from '../../inspect/graph-svg.ts';
import { inspectModel } from '../../inspect/inspect.ts';
import { inspectionText } from '../../inspect/tell.ts';
import { oldestEngines } from '../../lint/engines.ts';
import { lintBytes } from '../../lint/lint.ts';
import { lintFile } from '../../lint/lint-file.ts';
import { TrialProcess } from '../../lint/trial/try-apart.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { mutant } from './fixtures/mutants.ts';

const asked = Number(process.env['MUTANTS'] ?? 0);
const count = asked || 600;
const context = { engines: oldestEngines };
const numbers = Array.from({ length: count }, (_, number) => number);

/** What came of it; told with the mutant's number and what was done to it where it is anything else. */
function outcome(number: number, work: (bytes: Uint8Array) => unknown): 'answer' | 'error' {
  const { how, bytes } = mutant(number);
  try {
    work(bytes);
    return 'answer';
  } catch (error) {
    if (error instanceof UserError) return 'error';
    throw new Error(`mutant ${number} (${how}): ${(error as Error).stack}`, { cause: error });
  }
}

const counted = (outcomes: readonly string[]) => outcomes.filter((each) => each === 'answer').length;

describe('of damaged files', { timeout: 60_000 + count * 200 }, () => {
  it('lint makes a report of every one, with findings in nearly all', () => {
    let passed = 0;
    const outcomes = numbers.map((number) =>
      outcome(number, (bytes) => {
        const { findings, ...report } = lintBytes(bytes, 'mutant.onnx', context);
        if (report.passed) passed++;
        expect(JSON.parse(JSON.stringify(findings))).toEqual(findings);
      }),
    );
    expect(counted(outcomes)).toBe(count);
    // Most numbers of a file are weights, and one is as good as another.
    expect(passed / count).toBeGreaterThan(0.05);
    expect(passed / count).toBeLessThan(0.4);
  });

  it('inspect tells what is in them, or says in one error why not', () => {
    const outcomes = numbers.map((number) =>
      outcome(number, (bytes) => {
        const model = decodeModel(bytes, 'mutant.onnx');
        expect(inspectionText(inspectModel(model), 'mutant.onnx')).toMatch(/^mutant\.onnx: version /);
        expect(graphSvg(model)).toMatch(/^<svg .*<\/svg>\n$/s);
      }),
    );
    expect(counted(outcomes) / count).toBeGreaterThan(0.3);
    expect(counted(outcomes)).toBeLessThan(count);
  });

  it('those that break no rule are run, and what that comes to is a report too', async () => {
    const process = new TrialProcess();
    afterAll(() => process.close());
    const tried = numbers.filter((number) => lintBytes(mutant(number).bytes, 'mutant.onnx', context).passed);
    const codes = new Map<string, number>();
    for (const number of asked ? tried : tried.slice(0, 40)) {
      const { findings } = await lintFile(mutant(number).bytes, 'mutant.onnx', context, true, process);
      for (const { code, found } of findings) {
        codes.set(code, (codes.get(code) ?? 0) + 1);
        if (code === 'does-not-run' && /ended its process|did not answer/.test(found)) {
          console.log(`mutant ${number} (${mutant(number).how}): ${found}`);
        }
      }
    }
    if (asked) console.log(`${count} mutants, ${tried.length} run:`, Object.fromEntries(codes));
    expect(tried.length).toBeGreaterThan(20);
  });
});
