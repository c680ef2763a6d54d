/**
 * Damaged files: a report or a UserError, never another error, a crash or a hang. Some hundreds here; all that were asked for by
 *
 *     MUTANTS=10000 npx vitest run --project system tests/system/lint/mutants.test.ts
 */
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../base/failure/user-error.ts';
import { graphSvg } from '../../../inspect/graph-svg.ts';
import { inspectModel } from '../../../inspect/inspect.ts';
import { inspectionText } from '../../../inspect/tell.ts';
import { oldestEngines } from '../../../lint/engines.ts';
import { lintBytes } from '../../../lint/lint.ts';
import { TrialProcess } from '../../../lint/trial/try-apart.ts';
import { decodeModel } from '../../../onnx/decode.ts';
import { mutant } from '../../lint/fixtures/mutants.ts';

const asked = Number(process.env['MUTANTS'] ?? 0);
const count = asked || 400;
/** How many of those that break no rule are run, where not all are asked for. */
const MOST_RUN = asked || 30;
const context = { engines: oldestEngines };

/** Whether the work came to something, or else to one UserError; told with what was done to the mutant where it is another error. */
function comesToSomething(how: string, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw new Error(`${how}: ${(error as Error).stack}`, { cause: error });
  }
}

describe('of damaged files', { timeout: 60_000 + count * 500 }, () => {
  const process = new TrialProcess();
  afterAll(() => process.close());

  it(`lint makes a report of every one and runs what it finds nothing in, inspect tells what is in them or why not (${count} of them)`, async () => {
    const outcomes = new Map<string, number>();
    const note = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    for (let number = 0; number < count; number++) {
      const { how, bytes } = mutant(number);
      const told = `mutant ${number}, ${how}`;
      const { findings, passed } = lintBytes(bytes, 'mutant.onnx', context);
      expect(JSON.parse(JSON.stringify(findings)), told).toEqual(findings);
      note(passed ? 'passed' : 'refused');
      const isInspected = comesToSomething(told, () => {
        const model = decodeModel(bytes, 'mutant.onnx');
        expect(inspectionText(inspectModel(model), 'mutant.onnx'), told).toMatch(/^mutant\.onnx: version /);
        if (comesToSomething(told, () => expect(graphSvg(model)).toMatch(/^<svg .*<\/svg>\n$/s))) note('drawn');
      });
      note(isInspected ? 'inspected' : 'no model');
      if (!passed || (outcomes.get('run') ?? 0) >= MOST_RUN) continue;
      note('run');
      const { failure } = await process.try(bytes);
      if (failure !== undefined) note('does not run');
      if (failure?.match(/ended its process|did not answer/)) console.log(`${told}: ${failure}`);
      if (asked && number % 1000 < 10) console.log(number, Object.fromEntries(outcomes));
    }
    if (asked) console.log(Object.fromEntries(outcomes));
    const share = (outcome: string) => (outcomes.get(outcome) ?? 0) / count;
    // Most of a file are weights, and one number is as good as another.
    expect(share('passed')).toBeGreaterThan(0.05);
    expect(share('passed')).toBeLessThan(0.4);
    expect(share('inspected')).toBeGreaterThan(0.3);
    expect(share('inspected')).toBeLessThan(1);
    expect(outcomes.get('run')).toBeGreaterThanOrEqual(20);
  });
});
