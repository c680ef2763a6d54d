/** Several seeds in one command: a run for each, what is done skipped, and what they came to together. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flag, text, wholeNumber } from '../../cli/options.ts';
import { checkOptions, type Given } from '../../cli/parse-options.ts';
import { runOptions } from '../../pipeline/run-options.ts';
import { overSeeds, runSeeds, seedsText } from '../../pipeline/seeds.ts';
import { defineStage, type Stage } from '../../pipeline/stage.ts';
import { stageCommand } from '../../pipeline/stage-command.ts';
import trainStage from '../../pipeline/stages/train.ts';
import { fakeTerminal } from '../cli/fake-terminal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seeds-'));
  began.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));
/** Seeds that were run, in their order, with what each was told. */
const began: string[] = [];

/** Its score is the square of its seed; it fails at --broken, and is interrupted at --long until it is resumed. */
const squares = defineStage({
  name: 'train',
  summary: 'squares its seed',
  options: {
    seed: { argument: 'N', description: 'to be squared', schema: wholeNumber(0).optional() },
    broken: { argument: 'N', description: 'where it fails', schema: wholeNumber(0).optional() },
    long: { argument: 'N', description: 'where it takes two stretches', schema: wholeNumber(0).optional() },
    kind: { argument: 'NAME', description: 'of square', schema: text().default('plain') },
    resume: { description: 'go on', schema: flag() },
  },
  inputs: ({ seed, kind }) => ({ files: {}, settings: { seed, kind } }),
  resume: { option: 'resume', possible: (_options, run) => existsSync(run.checkpoints) },
  seeded: {
    option: 'seed',
    scoreName: 'square',
    scoreOf: ({ details }) => (details as { square: number }).square,
  },
  async run({ seed, broken, long, resume }, { run }) {
    began.push(`${seed}${resume ? ' resumed' : ''}`);
    mkdirSync(run.checkpoints, { recursive: true });
    if (seed === broken) throw new Error('the square is broken');
    writeFileSync(run.metrics, String(seed! ** 2));
    const ended = seed === long && !resume ? 'interrupted' : 'done';
    return { summary: 'a square', outputs: { metrics: run.metrics }, details: { square: seed! ** 2 }, ended };
  },
});
const stage = squares as unknown as Stage & { readonly seeded: NonNullable<Stage['seeded']> };

async function run(seeds: number, given: Given = {}, signal = new AbortController().signal) {
  const { terminal, stdout } = fakeTerminal();
  const all = { runId: 'try', runsDir: folder, ...given };
  const options = checkOptions({ ...squares.options, ...runOptions }, all);
  const setup = { seeds, options, force: options.force, given: all, terminal, signal };
  const steps = await runSeeds(stage, setup);
  return { steps, said: stdout() };
}

describe('several seeds', () => {
  it('are a run each, by the next seed from 1 on or from the one that is named', async () => {
    const { steps } = await run(3);
    expect(steps.map(({ run: { id }, result }) => [id, result])).toEqual([
      ['try-seed1', 'done'],
      ['try-seed2', 'done'],
      ['try-seed3', 'done'],
    ]);
    expect(began).toEqual(['1', '2', '3']);
    expect((await run(2, { seed: '7' })).steps.map(({ run: { id } }) => id)).toEqual(['try-seed7', 'try-seed8']);
  });

  it('that are done are skipped, more of them are added, and others are run again where the settings changed', async () => {
    await run(2);
    const { steps, said } = await run(3);
    expect(began).toEqual(['1', '2', '3']);
    expect(steps.map(({ result }) => result)).toEqual(['up to date', 'up to date', 'done']);
    expect(said).toContain('[2/3] try-seed2: up to date');
    await run(2, { kind: 'other' });
    expect(began.slice(3)).toEqual(['1 resumed', '2 resumed']);
    await run(1, { force: true });
    await run(1, { force: true });
    expect(began.slice(5)).toEqual(['1', '1']);
  });

  it('go on where one was stopped: the others are not run before', async () => {
    const { steps } = await run(3, { long: '2' });
    expect(steps.map(({ result }) => result)).toEqual(['done', 'interrupted', 'not run']);
    const again = await run(3, { long: '2' });
    expect(began).toEqual(['1', '2', '2 resumed', '3']);
    expect(again.steps.map(({ result }) => result)).toEqual(['up to date', 'done', 'done']);
  });

  it('end at one that fails', async () => {
    const { steps } = await run(3, { broken: '2' });
    expect(steps.map(({ result }) => result)).toEqual(['done', 'failed', 'not run']);
    expect(steps[1]!.error).toMatchObject({ message: 'the square is broken' });
  });

  it('are one table, with the mean and its interval by Student over those that are done', async () => {
    const { steps } = await run(3);
    const lines = seedsText(stage.seeded, steps).split('\n');
    expect(lines[0]).toMatch(/^run +result +square +what came of it$/);
    expect(lines[4]).toMatch(/^try-seed3 +done +9\.00 +a square$/);
    // 1, 4, 9: mean 14 / 3, deviation sqrt(49 / 3), and t of 2 degrees of freedom is 4.3027.
    expect(overSeeds(stage.seeded, steps)!.mean).toBeCloseTo(14 / 3, 10);
    expect(overSeeds(stage.seeded, steps)!.plusMinus).toBeCloseTo((4.30265 * Math.sqrt(49 / 3)) / Math.sqrt(3), 3);
    expect(lines.at(-1)).toBe("mean square 4.67 +- 10.04 (95 % interval over 3 seeds, by Student's t)");
  });

  it('have no mean where there is one', async () => {
    const { steps } = await run(1);
    expect(overSeeds(stage.seeded, steps)).toBeUndefined();
    expect(seedsText(stage.seeded, steps)).not.toContain('mean');
  });
});

describe('the flag', () => {
  it('is one of a stage that has seeds, and of no other', () => {
    const { seeded: _, ...plain } = squares;
    expect(stageCommand(stage).options).toHaveProperty('seeds');
    expect(stageCommand(plain as unknown as Stage).options).not.toHaveProperty('seeds');
  });

  it('compares trainings by the fresh score of the best, else its own, else the latest episodes', () => {
    const score = (details: object) => trainStage.seeded!.scoreOf({ details } as never);
    const reward = { reward: 3, reward_ci95: 1, episodes: 100 };
    const best = { step: 1, reward: 2, reward_ci95: 1 };
    expect(score({ reward, heldOut: { best, fresh: { reward: 1 } } })).toBe(1);
    expect(score({ reward, heldOut: { best, fresh: null } })).toBe(2);
    expect(score({ reward, heldOut: null })).toBe(3);
    expect(score({ reward: null, heldOut: null })).toBeUndefined();
  });
});
