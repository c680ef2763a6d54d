/** `npm run regress`: baselines are made, and files are judged by them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random/stream.ts';
import { damages, reExported } from '../../bench/damages.ts';
import type { CommandContext } from '../../cli/command-line.ts';
import { checkOptions, type Given } from '../../cli/parse-options.ts';
import { exportActor } from '../../export/export-actor.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { Model } from '../../onnx/model.ts';
import { evaluable } from '../../pipeline/runs.ts';
import { regressCommand } from '../../regress/command.ts';
import { GOLDEN_TOLERANCE } from '../../regress/golden.ts';
import type { RegressReport } from '../../regress/regress.ts';
import { Normaliser } from '../../train/policy/normaliser.ts';
import { initialParameters } from '../../train/policy/policy.ts';
import { compiled } from '../compiled/loader.ts';
import { jsonOf } from '../json-output.ts';
import { because } from '../skipping.ts';
import { smallPolicy } from '../small-policies.ts';
import { undecidedBaseline } from './undecided-baseline.ts';

const shipped = join(import.meta.dirname, '../../models/walker/walker.onnx');
const unity = join(import.meta.dirname, '../../../shared/reference/Walker-unity-2023.onnx');
const sound = decodeModel(readFileSync(shipped), shipped);
const command = regressCommand(evaluable);
/** Short, and at speeds that the walker walks at: then a margin of 10 % is in sight of few episodes. */
const short = { episodes: '48', speeds: '1', set: 'max_steps=100', workers: '1' };

let folder: string;
let baseline: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gaitsmith-'));
  baseline = join(folder, 'walker.baseline.json');
  await run({ policy: shipped, baseline, updateBaseline: true, reason: 'the first one', ...short });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As far as it is tampered with here. */
interface BaselineJson {
  readonly episodes: Readonly<Record<string, readonly unknown[]>>;
  readonly settings: object;
  readonly golden: object;
}

/** The command in this process, with no terminal. */
async function run(given: Given): Promise<{ json: unknown; exitCode?: number | undefined; printed: string }> {
  let printed = '';
  const terminal = {
    print(text: string) {
      printed += `${text}\n`;
    },
  };
  const interrupts = { signal: new AbortController().signal };
  const context = { terminal, logger: { warn() {} }, progress: { update() {}, end() {} }, interrupts };
  return {
    ...(await command.run(checkOptions(command.options, given), context as unknown as CommandContext)),
    printed,
  };
}

async function judged(policy: string, given: Given = {}): Promise<RegressReport & { exitCode?: number | undefined }> {
  const { json, exitCode } = await run({ policy, baseline, workers: '1', ...given });
  return { ...(json as RegressReport), exitCode };
}

function file(model: Model | Uint8Array, name = 'candidate.onnx'): string {
  const path = join(folder, name);
  writeFileSync(path, model instanceof Uint8Array ? model : encodeModel(model));
  return path;
}

const planted = (name: RegExp, seed = 1) =>
  damages.find((damage) => name.test(damage.name))!.plant(sound, new RandomStream(seed));
const verdicts = ({ checks }: RegressReport) => Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));

describe('a file', () => {
  it('passes against itself, in every pair to the last bit, and the command ends with 0', async () => {
    const report = await judged(shipped);
    expect(report).toMatchObject({ verdict: 'pass', change: 0, correlation: 1, exitCode: 0 });
    // How many of the 48 it takes depends on the walker: the more its episodes scatter, the more.
    expect(report.pairs).toBeLessThan(48);
    expect(report.falls).toMatchObject({ onlyBaseline: 0, onlyCandidate: 0 });
    expect(verdicts(report)).toEqual({
      contract: 'pass',
      size: 'told',
      finite: 'pass',
      golden: 'pass',
      latency: 'told',
      behaviour: 'pass',
    });
  });

  it('that was exported again, with other roundings, is the same policy by its golden pairs and passes', async () => {
    const report = await judged(file(reExported(sound, new RandomStream(1))), { same: true });
    expect(report).toMatchObject({ verdict: 'pass' });
    const golden = report.checks.find(({ name }) => name === 'golden')!;
    expect(golden.value).toBeGreaterThan(0);
    expect(golden.value).toBeLessThan(GOLDEN_TOLERANCE);
  });

  it('that no longer walks fails by its behaviour, with 1', async () => {
    const report = await judged(file(planted(/clipped at 1/)));
    expect(report).toMatchObject({ verdict: 'fail', exitCode: 1 });
    expect(report.change).toBeLessThan(-0.1);
    expect(verdicts(report)).toMatchObject({ contract: 'pass', golden: 'told', behaviour: 'fail' });
  });

  it('that the episodes can not tell from its baseline is undecided, with 3 and how many would tell', async () => {
    const path = join(folder, 'undecided.baseline.json');
    writeFileSync(path, undecidedBaseline(readFileSync(baseline, 'utf8')));
    const report = await judged(shipped, { baseline: path, margin: '0.1%' });
    expect(report).toMatchObject({ verdict: 'undecided', exitCode: 3, looks: 4, pairs: 48 });
    expect(report.detectable).toBeGreaterThan(0.001);
    expect(report.needed).toBeGreaterThan(48);
    expect(report.checks.at(-1)!.message).toMatch(/about \d+ episodes would tell/);
  });

  it('that breaks the contract fails before anything is played', async () => {
    const report = await judged(file(planted(/later opset/)));
    expect(report).toMatchObject({ verdict: 'fail', pairs: null, correlation: null, detectable: null, bands: [] });
    expect(verdicts(report)).toMatchObject({ contract: 'fail', size: 'skipped', behaviour: 'skipped' });
    expect(report.checks[0]!.message).toMatch(/Clip.*its limits are inputs/);
  });

  it('that answers with no number, or always alike, fails', async () => {
    const changed = (to: (value: number) => number) => {
      const initializers = new Map(sound.graph.initializers);
      const bias = initializers.get('actor.mean.bias')!;
      const weight = initializers.get('actor.mean.weight')!;
      initializers.set('actor.mean.bias', { ...bias, data: (bias.data as Float32Array).map(to) });
      initializers.set('actor.mean.weight', { ...weight, data: (weight.data as Float32Array).map(() => 0) });
      return { ...sound, graph: { ...sound.graph, initializers } };
    };
    const still = await judged(file(changed((value) => value)));
    expect(still.checks[2]).toMatchObject({ name: 'finite', verdict: 'fail', message: expect.stringMatching(/alike/) });
    // 1e38 is a number; what comes of it in the graph is clipped, and e^1e38 is none.
    const wild = { ...sound, graph: { ...sound.graph, initializers: new Map(sound.graph.initializers) } };
    const deviation = sound.graph.initializers.get('actor.logDeviation')!;
    wild.graph.initializers.set('actor.logDeviation', {
      ...deviation,
      data: (deviation.data as Float32Array).map(() => Number.NaN),
    });
    const report = await judged(file(wild));
    expect(report.verdict).toBe('fail');
    expect(report.checks.find(({ verdict }) => verdict === 'fail')!.name).toBe('contract');
  });

  it('that is another policy fails where it has to be the same one, before anything is played', async () => {
    const path = file(planted(/noise of 2 %/));
    expect(verdicts(await judged(path, { same: true }))).toMatchObject({ golden: 'fail', behaviour: 'skipped' });
  });

  it('too large or too slow fails where a limit was set, and is told elsewhere', async () => {
    const small = await judged(shipped, { maxKilobytes: '10' });
    expect(small.checks[1]).toMatchObject({ name: 'size', verdict: 'fail', limit: 10 });
    const slow = await judged(shipped, { maxMilliseconds: '0.000001' });
    expect(slow.checks[4]).toMatchObject({ name: 'latency', verdict: 'fail' });
    expect(verdicts(slow)).toMatchObject({ size: 'told' });
  });

  it('with one action output, in an older form, is taken; one whose sizes do not fit is refused by name', async () => {
    const outputs = sound.graph.outputs.filter(({ name }) => name !== 'deterministic_continuous_actions');
    const one = { ...sound, graph: { ...sound.graph, outputs } };
    const own = join(folder, 'one.baseline.json');
    const path = file(one, 'one.onnx');
    await run({ policy: path, baseline: own, updateBaseline: true, reason: 'older', ...short });
    expect(await judged(path, { baseline: own })).toMatchObject({ verdict: 'pass', change: 0 });

    const network = { observationSize: 20, actionSize: 2, hiddenUnits: 4, layers: 1 };
    const parameters = initialParameters(network, 1);
    const ball = file(exportActor({ network, parameters, normaliser: new Normaliser(20) }, '0.0.0'), 'ball.onnx');
    await expect(judged(ball)).rejects.toThrow(/ball\.onnx: this is no policy of ML-Agents' Walker; got "obs_0/);
  });

  it.skipIf(because(!existsSync(unity), `${unity} is not here, so there is no policy from Unity to judge`))(
    'from Unity itself is taken as a candidate and as a baseline',
    async () => {
      const own = join(folder, 'unity.baseline.json');
      expect((await judged(unity)).checks[0]).toMatchObject({ name: 'contract', verdict: 'pass' });
      await run({ policy: unity, baseline: own, updateBaseline: true, reason: 'Unity', ...short });
      expect(await judged(unity, { baseline: own, same: true })).toMatchObject({ verdict: 'pass', change: 0 });
    },
  );
});

describe('a baseline', () => {
  it('says what it was made of and why, and the next one keeps that and plays new episodes', async () => {
    const path = join(folder, 'next.baseline.json');
    const make = (reason: string, more: Given = {}) =>
      run({ policy: shipped, baseline: path, updateBaseline: true, workers: '1', reason, ...more });
    await make('first', { ...short });
    const first = JSON.parse(readFileSync(path, 'utf8'));
    expect(first).toMatchObject({ policy: shipped, history: [{ reason: 'first', sha256: first.sha256 }] });
    expect(first.settings).toMatchObject({ seed: 1, speeds: [1], world: 'unity', parameters: { max_steps: 100 } });
    await make('second');
    const second = JSON.parse(readFileSync(path, 'utf8'));
    expect(second.history.map(({ reason }: { reason: string }) => reason)).toEqual(['second', 'first']);
    expect(second.settings).toEqual({ ...first.settings, seed: 2 });
    expect(second.episodes.returns).toHaveLength(48);
    expect(second.episodes.returns).not.toEqual(first.episodes.returns);
  });

  it('has the same bytes whenever it is made, by any number of threads', async () => {
    const again = join(folder, 'again.baseline.json');
    await run({
      policy: shipped,
      baseline: again,
      updateBaseline: true,
      reason: 'the first one',
      ...short,
      workers: '1',
    });
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(baseline, 'utf8'));
  });

  it('is looked for beside the policy', async () => {
    const path = file(sound, 'beside.onnx');
    writeFileSync(join(folder, 'beside.baseline.json'), readFileSync(baseline));
    expect((await run({ policy: path, workers: '1' })).json).toMatchObject({ verdict: 'pass' });
  });

  it.each<[string, () => Given, RegExp]>([
    [
      'missing',
      () => ({ baseline: join(folder, 'none.json') }),
      /none\.json: there is no baseline.*--update-baseline --reason/,
    ],
    ['no reason for a new one', () => ({ updateBaseline: true }), /wants to know why.*--reason/],
    ['other seeds than its own', () => ({ seed: '5' }), /--seed: that is said by the baseline/],
    ['other settings than its own', () => ({ set: 'friction=2' }), /--set: that is said by the baseline/],
    ['mean actions in place of sampled ones', () => ({ deterministic: true }), /--deterministic: that is said/],
    ['a margin of nothing', () => ({ margin: '0%' }), /--margin.*a share above 0 and below 1/],
    ['a margin of all', () => ({ margin: '1' }), /--margin.*a share above 0 and below 1/],
    ['too few episodes', () => ({ updateBaseline: true, reason: 'x', episodes: '47' }), /--episodes.*48 to/],
    [
      'a policy that earns nothing',
      () => ({
        policy: file(smallPolicy(), 'small.onnx'),
        baseline: join(folder, 'small.json'),
        updateBaseline: true,
        reason: 'x',
        episodes: '48',
        set: 'max_steps=5000,target_speed_min=99,target_speed_max=100',
      }),
      /small\.onnx: this policy earns nothing/,
    ],
  ])('is refused: %s', async (_what, given, told) => {
    const refused = (async () => judged(shipped, given()))();
    await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'UserError' }));
    await expect(refused).rejects.toThrow(told);
  });

  it.each<[string, (json: BaselineJson) => unknown, RegExp]>([
    ['of another world', (json) => ({ ...json, world_sha256: '0'.repeat(64) }), /world unity is another one.*made of/],
    ['of a later form', (json) => ({ ...json, gaitsmith_baseline: 2 }), /gaitsmith_baseline.*the only form/],
    ['with a return too few', (json) => cut(json, 'returns'), /episodes.*speed, return and fall of each/],
    [
      'with no number for a return',
      (json) => ({ ...json, episodes: { ...json.episodes, returns: ['x'] } }),
      /returns\.0/,
    ],
    ['with golden pairs that are none', (json) => ({ ...json, golden: { ...json.golden, mean: 'AAAA' } }), /golden/],
    ['with a setting that there is none of', (json) => withParameters(json, { frictoin: 1 }), /frictoin|friction/],
    ['that is a list', () => [], /no baseline, or it is damaged/],
  ])('is refused: one %s', async (_what, damage, told) => {
    const path = join(folder, 'damaged.json');
    writeFileSync(path, JSON.stringify(damage(JSON.parse(readFileSync(baseline, 'utf8')))));
    const refused = judged(shipped, { baseline: path });
    await expect(refused).rejects.toThrow(told);
    await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'UserError' }));
  });

  it('that is no JSON is refused with what mends it, and an update does not write over it unread', async () => {
    const path = join(folder, 'text.json');
    writeFileSync(path, 'seed: 1');
    await expect(judged(shipped, { baseline: path })).rejects.toThrow(
      /no baseline, for it is no JSON.*put the committed/,
    );
    const update = run({ policy: shipped, baseline: path, updateBaseline: true, reason: 'x', ...short });
    await expect(update).rejects.toThrow(/no JSON/);
    expect(readFileSync(path, 'utf8')).toBe('seed: 1');
  });
});

function cut(json: BaselineJson, list: string): unknown {
  return { ...json, episodes: { ...json.episodes, [list]: json.episodes[list]!.slice(1) } };
}

function withParameters(json: BaselineJson, parameters: unknown): unknown {
  return { ...json, settings: { ...json.settings, parameters } };
}

describe('what is written', () => {
  it('is a report, JUnit XML and Markdown; the exit code is the verdict, and JSON ends stdout', async () => {
    const entry = join(import.meta.dirname, '../../pipeline/gaitsmith.ts');
    const path = file(planted(/clipped at 1/), 'a&b <c>.onnx');
    const [report, junit, summary] = ['report.json', 'junit.xml', 'summary.md'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const words = [path, '--baseline', baseline, '--report', report, '--junit', junit, '--summary', summary];
    const { stdout, stderr, exitCode } = await execa(
      process.execPath,
      ['--import', compiled, entry, 'regress', ...words, '--annotate', '--json'],
      { reject: false },
    );
    expect(exitCode).toBe(1);
    const { ok, command: name, schemaVersion, ...told } = await jsonOf(stdout);
    expect(schemaVersion).toBe(1);
    expect({ ok, name }).toEqual({ ok: false, name: 'regress' });
    expect(JSON.parse(readFileSync(report, 'utf8'))).toEqual(told);
    expect(told).toMatchObject({ verdict: 'fail', pairs: expect.any(Number), detectable: expect.any(Number) });
    expect(told.checks[0]).toMatchObject({ name: 'contract', verdict: 'pass', value: 0, limit: 0 });
    expect(told.baseline.settings).toMatchObject({ seed: 1 });
    expect(stderr).toMatch(/^::error file=.*a&b <c>\.onnx,title=regress::behaviour: .*%25/m);

    const xml = readFileSync(junit, 'utf8');
    expect(elementsOf(xml)).toEqual({ testsuites: 1, testsuite: 1, testcase: 6, 'system-out': 5, failure: 1 });
    expect(xml).toContain('a&amp;b &lt;c&gt;.onnx');
    expect(xml).toContain('tests="6" failures="1" errors="0" skipped="0"');

    const markdown = readFileSync(summary, 'utf8');
    expect(markdown).toMatch(/^### ❌ `.*a&b <c>\.onnx`: fail/);
    expect(markdown).toMatch(/\| behaviour \| ❌ fail \| it (earns less|falls)/);
    expect(markdown).toMatch(/```mermaid\nxychart-beta[\s\S]*bar \[[\d., -]+\]\n {2}line \[[\d., -]+\]\n```/);
  });
});

/** How often each element is there. @throws Error where one is not closed, or in the wrong place: not all of XML, but enough. */
function elementsOf(xml: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const open: string[] = [];
  for (const [, closing, name, attributes, alone] of xml.matchAll(
    /<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    expect(attributes!.replace(/&(amp|lt|gt|quot|apos);/g, '')).not.toContain('&');
    if (closing) expect(open.pop()).toBe(name);
    else counts[name!] = (counts[name!] ?? 0) + 1;
    if (!closing && !alone) open.push(name!);
  }
  expect(open).toEqual([]);
  return counts;
}
