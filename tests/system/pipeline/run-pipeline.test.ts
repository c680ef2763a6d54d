import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenForInterrupts } from '../../../cli/interrupts.ts';
import type { Given } from '../../../cli/parse-options.ts';
import { openTerminal } from '../../../cli/terminal.ts';
import { readManifest, recordStage } from '../../../pipeline/manifest.ts';
import { isSound, type PipelineStep } from '../../../pipeline/pipeline-step.ts';
import { runPipeline } from '../../../pipeline/run-pipeline.ts';
import type { Stage } from '../../../pipeline/stage.ts';
import { fakeStages } from '../../pipeline/fixtures/stages.ts';
import { launch, type Place, place, placeAt } from '../../pipeline/fixtures/start.ts';

interface Flags {
  stages?: readonly Stage[];
  given?: Given;
  from?: string;
  only?: string;
  force?: boolean;
}

/** The pipeline in this process; its stages are processes of their own, as always. */
async function pipeline(at: Place, { stages = fakeStages, given = {}, from, only, force = false }: Flags = {}) {
  const said: string[] = [];
  const stream = { write: (text: string) => said.push(text) };
  const interrupts = listenForInterrupts(false);
  try {
    const steps = await runPipeline(stages, {
      run: at.run,
      given: { runId: 'one', runsDir: at.runsDir, source: at.source, ...given },
      from,
      only,
      force,
      terminal: openTerminal(false, {}, { stdout: stream, stderr: stream }),
      interrupts,
      json: false,
      launch: { ...launch, quiet: true },
    });
    return { results: steps.map(({ result }) => result), steps, said: said.join('') };
  } finally {
    interrupts.stop();
  }
}

function stepOf(steps: readonly PipelineStep[], name: string): PipelineStep {
  return steps.find(({ stage }) => stage === name)!;
}

let finished: string;

beforeAll(async () => {
  finished = mkdtempSync(join(tmpdir(), 'gaitsmith-finished-'));
  const at = placeAt(finished);
  const { results } = await pipeline(at);
  expect(results).toEqual(['done', 'done', 'done']);
  expect(at.trace()).toEqual(['train from 0', 'export', 'validate']);
  rmSync(join(at.run.path, 'trace.txt'));
});

afterAll(() => rmSync(finished, { recursive: true, force: true }));

describe('a stage that the options leave out', () => {
  const last = fakeStages.at(-1)!;
  const stages = [...fakeStages.slice(0, -1), { ...last, check: () => never(), leftOut: () => 'nobody wants it' }];
  const never = () => {
    throw new Error('it was asked whether it could run');
  };

  test('is told with why, and the pipeline ends well without it', async () => {
    const { results, said } = await pipeline(place(finished), { stages });
    expect(results).toEqual(['up to date', 'up to date', 'left out']);
    expect(said).toContain('[3/3] validate: left out: nobody wants it');
    expect(results.every(isSound)).toBe(true);
  });

  test('runs where it is named', async () => {
    await expect(pipeline(place(finished), { stages, only: last.name })).rejects.toThrow('whether it could run');
    await expect(pipeline(place(finished), { stages, from: last.name })).rejects.toThrow('whether it could run');
  });
});

describe('run.json', () => {
  test('records inputs, outputs, settings, versions and the command of each stage', () => {
    const at = place(finished);
    const { train, export: exported } = readManifest(at.run).stages;
    expect(train).toMatchObject({
      status: 'done',
      summary: '3 steps',
      details: { step: 3 },
      inputs: { settings: { steps: 3 } },
      outputs: { result: { path: 'checkpoints/result.txt' } },
      versions: { node: process.versions.node },
    });
    expect(train!.inputs.files['source']!.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(train!.command).toContain('npm run train -- --run-id one');
    expect(exported!.inputs.files['result']!.sha256).toBe(train!.outputs['result']!.sha256);
  });

  test('that is damaged stops the pipeline with a line that says how to go on, and stays as it is', async () => {
    const at = place(finished);
    writeFileSync(at.run.manifest, '{"format": 1, "stages"');
    await expect(pipeline(at)).rejects.toThrow(/run\.json: the record of this run is damaged.*To mend it: rename/);
    expect(readFileSync(at.run.manifest, 'utf8')).toBe('{"format": 1, "stages"');
  });

  test.each([
    ['a folder', /it is a folder/],
    ['', /damaged/],
    ['[]', /the whole: /],
    ['null', /the whole: /],
    ['{"format":2,"run":"one","stages":{}}', /format: /],
    ['{"format":1,"run":"one","stages":{"train":5}}', /stages\.train: /],
  ])('that is no such thing (%s) is told as that', async (content, told) => {
    const at = place(finished);
    rmSync(at.run.manifest);
    if (content === 'a folder') mkdirSync(at.run.manifest);
    else writeFileSync(at.run.manifest, content);
    const refused = pipeline(at);
    await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'UserError' }));
    await expect(refused).rejects.toThrow(told);
  });
});

describe('a finished pipeline', () => {
  test('is up to date, also when only a flag that changes nothing is different', async () => {
    const at = place(finished);
    const { results, said } = await pipeline(at, { given: { pause: '1' } });
    expect(results).toEqual(['up to date', 'up to date', 'up to date']);
    expect(said).toContain('[2/3] export: up to date');
    expect(at.trace()).toEqual([]);
  });

  test('tells again what a stage had warned of where that stage is up to date', async () => {
    const at = place(finished);
    const first = await pipeline(at, { given: { opinion: 'better' } });
    expect(stepOf(first.steps, 'validate').record?.warnings).toEqual(['it could be the best']);
    const { results, said } = await pipeline(at, { given: { opinion: 'better' } });
    expect(results).toEqual(['up to date', 'up to date', 'up to date']);
    expect(said).toContain('[3/3] validate: up to date\nwarning: it could be the best\n');
  });

  test('is up to date where its settings are those that it would go on with, though no flag says them', async () => {
    const at = place(finished);
    expect((await pipeline(at, { given: { steps: '5' } })).results).toEqual(['done', 'done', 'done']);
    expect((await pipeline(at)).results).toEqual(['up to date', 'up to date', 'up to date']);
  });

  test('is up to date when a file was only touched or the whole folder moved', async () => {
    const at = place(finished); // a copy in another folder
    utimesSync(at.source, new Date(), new Date());
    utimesSync(at.run.policy, new Date(), new Date());
    expect((await pipeline(at)).results).toEqual(['up to date', 'up to date', 'up to date']);
  });

  test('runs all that depends on an input file that changed', async () => {
    const at = place(finished);
    writeFileSync(at.source, 'run');
    const { results, said } = await pipeline(at);
    expect(results).toEqual(['done', 'done', 'done']);
    expect(said).toContain('[1/3] train: runs (its input changed: source)');
    expect(readFileSync(at.run.policy, 'utf8')).toBe('policy of run:3');
  });

  test('makes an output again that was edited by hand, and what depends on it stays if it comes out the same', async () => {
    const at = place(finished);
    writeFileSync(at.run.policy, 'edited');
    const { results, said } = await pipeline(at);
    expect(results).toEqual(['up to date', 'done', 'up to date']);
    expect(said).toContain('export: runs (its output was changed: policy)');
  });

  test('--from runs that stage and all after it', async () => {
    const at = place(finished);
    expect((await pipeline(at, { from: 'export' })).results).toEqual(['up to date', 'done', 'done']);
    expect(at.trace()).toEqual(['export force', 'validate force']);
  });

  test('--only runs that stage and no other', async () => {
    const at = place(finished);
    expect((await pipeline(at, { only: 'export' })).results).toEqual(['done']);
    expect(at.trace()).toEqual(['export force']);
  });

  test('--force runs everything, and begins afresh', async () => {
    const at = place(finished);
    expect((await pipeline(at, { force: true })).results).toEqual(['done', 'done', 'done']);
    expect(at.trace()).toEqual(['train from 0 force', 'export force', 'validate force']);
  });
});

describe('flags that say how to begin', () => {
  test('--force with --from leaves alone what comes before that stage', async () => {
    const at = place(finished);
    const { results } = await pipeline(at, { from: 'export', force: true });
    expect(results).toEqual(['up to date', 'done', 'done']);
    expect(at.trace()).toEqual(['export force', 'validate force']);
  });

  test('--resume with --from goes on, though the stage was done', async () => {
    const at = place(finished);
    await pipeline(at, { from: 'train', given: { resume: true } });
    expect(at.trace()[0]).toBe('train from 3 resume');
  });

  test('--resume and --force contradict each other, which is said before anything runs', async () => {
    const at = place(finished);
    const given = { resume: true } as const;
    await expect(pipeline(at, { given, force: true })).rejects.toThrow(/--resume and --force: .*not both/);
    expect(at.trace()).toEqual([]);
  });
});

describe('a stage that fails', () => {
  test('stops the pipeline with its reason, is recorded with what it made, and is what the next run begins with', async () => {
    const at = place(finished);
    const failed = await pipeline(at, { given: { opinion: 'bad' } });
    expect(failed.results).toEqual(['up to date', 'up to date', 'failed']);
    expect(readManifest(at.run).stages['validate']).toMatchObject({
      status: 'failed',
      reason: 'differs by 0.5',
      outputs: { report: { path: 'validation.json' } },
    });
    const next = await pipeline(at, { given: { opinion: 'good' } });
    expect(next.results).toEqual(['up to date', 'up to date', 'done']);
    expect(next.said).toContain('validate: runs (failed last time)');
  });

  test('leaves the stages after it alone', async () => {
    const at = place(finished);
    rmSync(at.source);
    const { results, steps } = await pipeline(at);
    expect(results).toEqual(['failed', 'not run', 'not run']);
    expect(String(stepOf(steps, 'train').error)).toContain('train needs this file (source), and there is none');
    // Nothing was done, so nothing is recorded and nothing lost.
    expect(readManifest(at.run).stages['train']!.status).toBe('done');
  });

  test.each([
    ['killed', 'its process was killed by SIGKILL (as a system does that runs out of memory)'],
    ['late-bug', 'too late'],
    ['never-ends', 'the process ended before the stage did'],
  ])('by being %s still says so in run.json', async (opinion, reason) => {
    const at = place(finished);
    const { results } = await pipeline(at, { given: { opinion } });
    expect(results.at(-1)).toBe('failed');
    expect(readManifest(at.run).stages['validate']).toMatchObject({ status: 'failed', reason });
  });

  test('before anything runs, where its check finds the flags wrong: no folder is made', async () => {
    const at = place();
    await expect(pipeline(at, { given: { source: 'a.doc' } })).rejects.toThrow('--source: no such thing; got "a.doc"');
    expect(existsSync(at.run.path)).toBe(false);
  });
});

describe('a stage that was stopped halfway', () => {
  function stoppedAt(step: number, status: 'running' | 'interrupted' | 'failed'): Place {
    const at = place(finished);
    writeFileSync(join(at.run.checkpoints, 'step.txt'), String(step));
    recordStage(at.run, 'train', { ...readManifest(at.run).stages['train']!, status, outputs: {} });
    return at;
  }

  test('goes on where it was', async () => {
    const at = stoppedAt(2, 'running');
    const { results, said } = await pipeline(at);
    expect(results).toEqual(['done', 'up to date', 'up to date']);
    expect(said).toContain('train: runs (was killed last time)');
    expect(at.trace()).toEqual(['train from 2 resume']);
  });

  test('goes on where it was with --from, which asks for a run and not for a new beginning', async () => {
    const at = stoppedAt(2, 'interrupted');
    await pipeline(at, { only: 'train' });
    expect(at.trace()).toEqual(['train from 2 resume']);
  });

  test('begins afresh with --force', async () => {
    const at = stoppedAt(2, 'failed');
    await pipeline(at, { only: 'train', force: true });
    expect(at.trace()).toEqual(['train from 0 force']);
  });
});
