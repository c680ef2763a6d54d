/** Reports of runs that have everything, something and nothing in them; and words in them that would be markup elsewhere. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../cli/command-line.ts';
import { checkOptions, type Given, parseArguments } from '../../cli/parse-options.ts';
import { reportable } from '../../pipeline/runs.ts';
import { reportCommand } from '../../report/command.ts';
import type { RunFiles } from '../../report/read-run.ts';
import { readRun } from '../../report/read-run.ts';
import { runPage } from '../../report/run-page.ts';
import { writeComparison, writeReport } from '../../report/write-report.ts';
import { evaluation, metricsOf, newFolder, recordOf, removeRuns, runWith } from './run-files.ts';

afterAll(removeRuns);

const config = `behaviors:
  Walker:
    trainer_type: ppo
    hyperparameters: { batch_size: 2048 }
`;
const validation = {
  passed: false,
  problems: ['an action differs'],
  sha256: 'b'.repeat(64),
  shape: { observationSize: 243, actionSize: 39 },
  tolerance: 1e-5,
  rows: { episodes: 1000, edge: 11 },
  engines: [
    {
      engine: 'onnxruntime-node',
      batches: [{ size: 1, largestDifference: 2.5e-4 }],
      largestBetweenBatches: 0,
      noise: { above: 0.5, middleHalf: null },
    },
  ],
};
const regression = {
  verdict: 'undecided',
  policy: 'policy.onnx',
  sha256: 'b'.repeat(64),
  baseline: { policy: 'models/walker/walker.onnx', sha256: 'c'.repeat(64) },
  margin: 0.1,
  pairs: 48,
  change: -0.03,
  checks: [{ name: 'behaviour', verdict: 'undecided', message: 'too few pairs' }],
};

/** The report as a document, and what it says is missing. */
async function reportOf(files: RunFiles) {
  const { missing } = await writeReport(files, { episodes: 0, quick: true });
  const text = readFileSync(files.report, 'utf8');
  return { text, missing, document: parseHTML(text).document };
}

const whole = {
  'config.yaml': config,
  'metrics.jsonl': `${metricsOf([1, 4])}{"step":2000,"evaluation":{"reward":7,"rewardInterval":2,"conditions":[{"name":"slow","reward":9}]}}\n`,
  'run.json': { format: 1, run: 'walk', stages: { export: recordOf({ summary: 'as ONNX' }), train: recordOf() } },
  'validation.json': validation,
  'evaluation.json': evaluation,
  'regression.json': regression,
};

describe('a run that has everything', () => {
  const files = runWith(whole);
  let report: Awaited<ReturnType<typeof reportOf>>;
  beforeAll(async () => {
    report = await reportOf(files);
  });

  it('is told in every section', () => {
    const { document } = report;
    const sections = [...document.querySelectorAll('section')].map(({ id }) => id);
    expect(sections).toEqual(['curves', 'evaluation', 'verdicts', 'settings', 'stages', 'origin', 'missing']);
    const text = document.body.textContent;
    for (const told of ['321 ± 12', '1.25 m/s', '7 ± 2', 'an action differs', 'undecided', 'too few pairs', '-3.0 %']) {
      expect(text).toContain(told);
    }
    expect(text).toContain('Some CPU, 3 cores, 7 GiB');
    expect(text).toContain('c0ffeec0ffee, changed since');
    expect(text).toContain('a'.repeat(64));
  });

  it('has its curves as pictures that are told in words, too, and no picture without', () => {
    const { document } = report;
    const pictures = [...document.querySelectorAll('figure > svg')];
    expect(pictures.length).toBeGreaterThan(12);
    for (const picture of pictures) expect(picture.getAttribute('role')).toBe('img');
    const reward = pictures.find((picture) => picture.getAttribute('aria-label')?.startsWith('Reward'))!;
    expect(reward.getAttribute('aria-label')).toBe(
      'Reward of an episode over decisions. reward: from 1 reward at 1,000 to 4 reward at 2,000, lowest 1 reward, highest 4 reward; held-out evaluations: from 7 reward at 2,000 to 7 reward at 2,000 decisions.',
    );
    const told = pictures.map((picture) => picture.getAttribute('aria-label')).join('\n');
    expect(told).toContain('Speed held against speed asked: asked 0 to 2, held 0.98 m/s; asked 2 to 4, held 1.43 m/s.');
    expect(told).toContain('Falls by body: hips 5, head 2.');
  });

  it('tells which settings differ from the defaults, and which do not', () => {
    const { settings } = readRun(files);
    const batch = settings!.settings.find(({ name }) => name === 'hyperparameters.batch_size');
    expect(batch).toEqual({ name: 'hyperparameters.batch_size', value: '2048', usual: '1024', differs: true });
    expect(settings!.settings.filter(({ differs }) => differs)).toEqual([batch]);
  });

  it('has its stages in their order, whichever was run last', () => {
    const { document } = report;
    const names = [...document.querySelectorAll('#stages tbody tr')].map((row) => row.firstElementChild!.textContent);
    expect(names).toEqual(['train', 'export']);
  });

  it('says that a verdict is of another file than the one that lies there', async () => {
    const { document } = await reportOf(runWith({ ...whole, 'metrics.jsonl': '', 'policy.onnx': 'another' }));
    const told = [...document.querySelectorAll('.unsure')].map(({ textContent }) => textContent);
    expect(told.filter((text) => text?.startsWith('That was another'))).toHaveLength(3);
  });

  it('asks for nothing: no script, no address, and a policy that would refuse both', () => {
    const { text, document } = report;
    const refusal = document.querySelector('meta[http-equiv="Content-Security-Policy"]')!.getAttribute('content');
    expect(refusal).toContain("default-src 'none'");
    expect(document.querySelectorAll('script, link, iframe, object')).toHaveLength(0);
    expect(text.match(/(?:src|href)="(?!#|data:image\/png;base64,)[^"]*"/g)).toBeNull();
    expect(text).not.toMatch(/url\(|@import/);
  });

  it('is left as it is where nothing has changed since, and written anew where something has', async () => {
    const own = runWith({ 'metrics.jsonl': metricsOf([1]) });
    const options = { episodes: 0, quick: true, unlessCurrent: true };
    expect((await writeReport(own, options)).isCurrent).toBe(false);
    expect((await writeReport(own, options)).isCurrent).toBe(true);
    writeFileSync(own.metrics, '');
    expect((await writeReport(own, options)).isCurrent).toBe(false);
  });
});

describe('a run without some of the files', () => {
  const train = 'npm run train';

  it.each([
    [
      'nothing at all',
      {},
      ['no run.json', 'no metrics.jsonl', 'no config.yaml', 'No policy', 'not validated', 'baseline', 'not evaluated'],
    ],
    [
      'a training that has just begun',
      { 'metrics.jsonl': '', 'config.yaml': config },
      ['No iteration of the training is over yet'],
    ],
    ['an iteration in which no episode ended', { 'metrics.jsonl': metricsOf([null]) }, ['no config.yaml']],
    ['a damaged record', { 'run.json': '{' }, ['the record of this run is damaged']],
    ['a damaged validation', { 'validation.json': '[]' }, ['this is no validation report']],
    ['a damaged evaluation', { 'evaluation.json': { policy: 3 } }, ['evaluation.json can not be read: policy:']],
    ['a regression that is no JSON', { 'regression.json': 'pass' }, ['regression.json can not be read']],
  ])('has a report that says what is missing: %s', async (_, files, sentences) => {
    const { missing, document } = await reportOf(runWith(files));
    for (const sentence of sentences) expect(missing.join('\n')).toContain(sentence);
    const told = document.querySelector('#missing')!.textContent!;
    for (const sentence of missing) expect(told).toContain(sentence);
  });

  it('is told by which command the missing is made', () => {
    const { missing } = readRun(runWith({}, 'mine'));
    expect(missing.map(({ mend }) => mend).join('\n')).toContain(`${train} -- --run-id mine`);
  });

  it('shows settings that no schema knows any more as they stand, and says why they are not compared', async () => {
    const { document } = await reportOf(
      runWith({ 'config.yaml': 'behaviors: { Walker: { trainer_type: ppo, gone: 1 } }' }),
    );
    const settings = document.querySelector('#settings')!.textContent;
    expect(settings).toContain('gone: 1');
    expect(settings).toContain("can't be compared");
  });

  it('that an earlier version evaluated shows what it told, and a dash for the rest', async () => {
    const { mean_speed: _, ...earlier } = evaluation;
    const bands = evaluation.bands.map(({ mean_speed, ...band }) => band);
    const { document } = await reportOf(runWith({ 'evaluation.json': { ...earlier, bands } }));
    expect(document.querySelector('#evaluation')!.textContent).toContain('321');
    expect(document.querySelector('[aria-label^="Speed held"]')).toBeNull();
  });

  it('was interrupted, and says so', async () => {
    const record = recordOf({ status: 'interrupted', reason: 'ended at once' });
    const { document } = await reportOf(runWith({ 'run.json': { format: 1, run: 'walk', stages: { train: record } } }));
    expect(document.querySelector('.tiles')!.textContent).toContain('interrupted');
    expect(document.querySelector('#stages')!.textContent).toContain('ended at once');
  });
});

describe('words that would be markup', () => {
  const evil = `<script>alert("x")</script><img src=x onerror='alert(1)'>`;

  it.each([
    [
      'a setting',
      { 'config.yaml': `behaviors: { Walker: { trainer_type: ppo, init_path: ${JSON.stringify(evil)} } }` },
    ],
    ['a setting that is none', { 'config.yaml': `"${evil.replaceAll('"', '\\"')}": 1` }],
    [
      'what a stage said',
      {
        'run.json': {
          format: 1,
          run: 'x',
          stages: { train: recordOf({ summary: evil, command: evil, warnings: [evil] }) },
        },
      },
    ],
    [
      'a stage, a machine and a file',
      {
        'run.json': {
          format: 1,
          run: 'x',
          stages: {
            [evil]: recordOf({
              machine: { cpu: evil, cores: 1, memoryGiB: 1 },
              inputs: { files: { [evil]: { path: evil, sha256: 'a'.repeat(64) } }, settings: null },
            }),
          },
        },
      },
    ],
    [
      'an evaluation, its bodies among it',
      { 'evaluation.json': { ...evaluation, policy: evil, world: evil, fallen: { [evil]: 3 } } },
    ],
    [
      'a validation',
      { 'validation.json': { ...validation, problems: [evil], engines: [{ ...validation.engines[0], engine: evil }] } },
    ],
    [
      'a regression',
      { 'regression.json': { ...regression, verdict: evil, checks: [{ name: evil, verdict: evil, message: evil }] } },
    ],
    [
      'held-out conditions',
      {
        'metrics.jsonl': JSON.stringify({
          step: 1,
          evaluation: { reward: 1, conditions: [{ name: evil, reward: 1 }] },
        }),
      },
    ],
  ])('are inert text in a report: %s', async (_, files) => {
    const { text, document } = await reportOf(runWith(files));
    expect(text).toContain('alert(');
    expect(document.querySelectorAll('script, [onerror], figure img')).toHaveLength(0);
    expect(text.replace(/="[^"]*"/g, '=""')).not.toMatch(/<script|<img/i);
  });

  it('are inert as the name of a run, which no run of ours can have', () => {
    const run = readRun(runWith({ 'metrics.jsonl': metricsOf([1, 2]) }));
    const text = runPage({ ...run, files: { ...run.files, id: evil, flags: evil } }, undefined, evil);
    const { document } = parseHTML(text);
    expect(document.querySelector('h1')!.textContent).toBe(evil);
    expect(document.querySelectorAll('script, [onerror], img')).toHaveLength(0);
  });
});

describe('several runs', () => {
  const folder = newFolder();
  const runs = [1, 2].map((seed) =>
    runWith({ 'metrics.jsonl': metricsOf([seed, 3 * seed]), 'config.yaml': config }, `walk-seed${seed}`, folder),
  );
  const other = runWith(
    { 'metrics.jsonl': metricsOf([5, 5, 5]), 'config.yaml': config.replace('2048', '512') },
    'other',
    folder,
  );

  it('lie over one another, those of several seeds as one line with a band', async () => {
    const path = join(folder, 'comparison.html');
    await writeComparison([...runs, other], path);
    const { document } = parseHTML(readFileSync(path, 'utf8'));
    expect(document.querySelector('h1')!.textContent).toBe('walk, other');
    const reward = document.querySelector('svg[aria-label^="Reward of an episode"]')!;
    expect(reward.getAttribute('aria-label')).toContain(
      'walk: from 1.5 reward at 1,000 to 4.5 reward at 2,000, lowest 1.5 reward, highest 4.5 reward; other: from 5 reward',
    );
    // The band is an area, which has a fill and no stroke; of a run alone there is none.
    expect(reward.querySelectorAll('g[fill="var(--line-1)"][fill-opacity="0.18"] path')).toHaveLength(1);
    expect(reward.querySelectorAll('g[fill="var(--line-2)"][fill-opacity="0.18"] path')).toHaveLength(0);
    expect(document.querySelector('#settings')!.textContent).toContain('hyperparameters.batch_size2048512');
  });

  it('of which one has told nothing are compared all the same, and it is named', async () => {
    const path = join(folder, 'empty.html');
    await writeComparison([runs[0]!, runWith({}, 'empty', folder)], path);
    expect(parseHTML(readFileSync(path, 'utf8')).document.querySelector('#missing')!.textContent).toContain('empty');
  });

  describe('by the command', () => {
    const command = reportCommand(reportable);
    const silent = { terminal: { print() {} }, progress: { update() {}, end() {} }, interrupts: {} };
    const report = (...words: string[]) => {
      const parsed = parseArguments(command, [...words, '--runs-dir', folder, '--quick']) as { given: Given };
      return command.run(checkOptions(command.options, parsed.given), silent as unknown as CommandContext);
    };

    it('are named by words, or by the name that they have with their seeds', async () => {
      const { json } = await report('walk', 'other');
      expect(json).toMatchObject({ reports: [{ run: 'walk-seed1' }, { run: 'walk-seed2' }, { run: 'other' }] });
    });

    it('become one page beside them with --compare', async () => {
      const { json } = await report('walk', '--compare');
      expect(json).toMatchObject({
        reports: [{ path: join(folder, 'comparison.html') }],
        runs: ['walk-seed1', 'walk-seed2'],
      });
    });

    it('are refused where there is none, with the nearest that there is', async () => {
      await expect(report('othr')).rejects.toThrow(/there is no such run.*expected other/);
      await expect(report('<script>')).rejects.toThrow(/a run id names a folder/);
    });

    it('do not go into one file', async () => {
      await expect(report('walk', '--out', join(folder, 'x.html'))).rejects.toThrow("2 reports can't go into one file");
    });
  });
});
