import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseMetrics } from '../../../report/read-run.ts';
import { writeBest } from '../../../sweep/best.ts';
import { candidatesOf, courseOf, decisionsOf, winnerOf } from '../../../sweep/outcome.ts';
import { sweepPage } from '../../../sweep/report-page.ts';
import type { LegRunner } from '../../../sweep/runner.ts';
import { candidatesText, leadText, toldAsJson } from '../../../sweep/told.ts';
import { parseConfiguration } from '../../../train/configuration/parse.ts';
import { readCheckpoint } from '../../../train/keep/checkpoint.ts';
import { inThisProcess, pointerWorld, sweepPointer, writeSweep } from '../../sweep/pointer-sweep.ts';
import { temporaryFolder } from '../../temporary-folders.ts';
import { trainPointer } from '../../train/fixtures/train-pointer.ts';

const RATE = 'hyperparameters.learning_rate';
const population = {
  kind: 'pbt',
  members: 4,
  generations: 3,
  exploit: 0.5,
  decisions: 1560,
  settings: { [RATE]: { log_uniform: [1e-5, 3e-2] }, 'hyperparameters.lambd': { uniform: [0.8, 0.99] } },
};

describe('a sweep of a population', () => {
  const folder = temporaryFolder('sweep-');
  const path = writeSweep(folder, { ...population, settings: { [RATE]: population.settings[RATE] } });
  const done = sweepPointer(path, join(folder, 'out'), inThisProcess());

  it("has a winner that went on from another one's checkpoint; trained alone by best.yaml it comes to the same weights", async () => {
    const { read, folder: kept, history } = await done;
    const copied = candidatesOf(read.sweep, history).find(({ outcome }) => outcome.leg.stages.length > 1)!;
    expect(copied, 'nobody copied').toBeDefined();
    const { config } = writeBest(read, pointerWorld, kept, history, copied);
    const configuration = parseConfiguration(readFileSync(config, 'utf8'), config, 'Pointer');
    expect(configuration.behavior.gaitsmith.phases?.length).toBe(copied.outcome.leg.stages.length - 1);
    const alone = await trainPointer({ configuration, folder, name: 'alone', seed: configuration.seed });
    const there = readCheckpoint(join(kept.bestRun, 'checkpoints', alone.checkpoint.split('/').at(-1)!));
    const again = readCheckpoint(alone.checkpoint);
    expect(again.parameters).toEqual(there.parameters);
    expect(again.optimiser).toEqual(there.optimiser);
    expect(again.snapshots).toEqual(there.snapshots);
  });

  it('tells of each candidate the way that its training took, whole', async () => {
    const { read, folder: kept, history } = await done;
    for (const candidate of candidatesOf(read.sweep, history)) {
      expect(courseOf(history, candidate).map(({ x }) => x)).toEqual([520, 1040, 1560]);
    }
    const { metrics } = kept.leg(3, 'c01', 1);
    expect(parseMetrics(readFileSync(metrics, 'utf8')).iterations.map(({ step }) => step)).toEqual([1300, 1560]);
    expect(decisionsOf(history)).toBe(4 * 1560);
  });

  it('has a page with all curves and the settings of each, and a table', async () => {
    const { read, folder: kept, history } = await done;
    const candidates = candidatesOf(read.sweep, history);
    const winner = winnerOf(candidates)!;
    const best = writeBest(read, pointerWorld, kept, history, winner);
    const page = sweepPage({ read, folder: kept, history, candidates, best }, 'x');
    expect(page).not.toContain('<script');
    expect(page).toContain('Reward of held-out episodes');
    expect(page).toContain('Reward of an episode');
    for (const { name } of candidates) expect(page).toContain(name);
    expect(candidatesText(read, candidates).split('\n')).toHaveLength(2 + 4);
    expect(leadText(candidates)).toContain(`${winner.name} is ahead of`);
    const json = toldAsJson(read, kept.path, { history, candidates, best, report: kept.report });
    expect(json.best).toMatchObject({ candidate: winner.name, seed: 1 });
    expect(JSON.stringify(json)).not.toContain('returns');
  });
});

describe('a sweep that was stopped', () => {
  const halving = {
    kind: 'halving',
    trials: 2,
    eta: 2,
    rungs: 2,
    decisions: 1040,
    seeds: 2,
    settings: population.settings,
  };

  it('goes on with what is left, does no leg twice, and comes to the same; not from what is damaged, nor by another file', async () => {
    const folder = temporaryFolder('sweep-');
    const path = writeSweep(folder, halving);
    const whole = await sweepPointer(path, join(folder, 'whole'), inThisProcess());
    const first: string[] = [];
    const stop = new AbortController();
    const { run, ...others } = inThisProcess(first);
    const stopping: LegRunner = {
      ...others,
      run(...all) {
        if (first.length === 2) stop.abort();
        return run(...all);
      },
    };
    const cut = await sweepPointer(path, join(folder, 'cut'), stopping, stop.signal);
    expect(cut.interrupted).toBe(true);
    const again = await sweepPointer(path, join(folder, 'cut'), inThisProcess());
    expect(again.history).toEqual(whole.history);
    for (const [index, outcomes] of whole.history.entries()) {
      for (const { leg } of outcomes) {
        const [one, other] = [whole, again].map(({ folder: kept }) => kept.result(index + 1, leg.candidate, 2));
        expect(other).toEqual(one);
      }
    }
    const third: string[] = [];
    await sweepPointer(path, join(folder, 'cut'), inThisProcess(third));
    expect(third).toEqual([]);

    const { leg } = again.history[1]![0]!;
    rmSync(again.folder.leg(2, leg.candidate, 1).path, { recursive: true });
    writeFileSync(join(again.folder.leg(1, leg.candidate, 1).checkpoints, 'best.safetensors'), 'damaged');
    const goesOn = () => sweepPointer(path, join(folder, 'cut'), inThisProcess());
    await expect(goesOn()).rejects.toThrow('not the one that its training ended with');
    writeSweep(folder, { ...halving, trials: 3 });
    await expect(goesOn()).rejects.toThrow('another sweep lies in this folder');
  });
});

describe('a trial that fails', () => {
  it('is told as that, and the others go on', async () => {
    const folder = temporaryFolder('sweep-');
    const path = writeSweep(folder, {
      kind: 'grid',
      looks: 1,
      decisions: 520,
      settings: { 'environment_parameters.nan_reward': { values: [4, 1_000_000] } },
    });
    const { read, history } = await sweepPointer(path, join(folder, 'out'), inThisProcess());
    const candidates = candidatesOf(read.sweep, history);
    expect(candidates.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['c02', 'best'],
      ['c01', 'failed'],
    ]);
    expect(candidates[1]!.why).toContain('is not a finite number');
    expect(read.warnings.join()).toContain('a plain number counts in held-out episodes too');
  });
});
