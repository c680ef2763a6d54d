/** `npm run evaluate`: which policy it plays, what it writes, and what it refuses before it plays anything. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../base/files/hash.ts';
import type { CommandContext } from '../../cli/command-line.ts';
import { checkOptions, type Given } from '../../cli/parse-options.ts';
import { evaluateCommand } from '../../evaluate/command.ts';
import type { EvaluationReport } from '../../evaluate/evaluate.ts';
import { evaluable } from '../../pipeline/runs.ts';
import { compiled } from '../compiled/loader.ts';
import { jsonOf } from '../json-output.ts';
import { smallPolicyFile } from '../small-policies.ts';

const command = evaluateCommand(evaluable);
const { bytes } = smallPolicyFile(1);

let folder: string;
let policy: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gaitsmith-'));
  policy = join(folder, 'policy.onnx');
  writeFileSync(policy, bytes);
  mkdirSync(join(folder, 'runs/small'), { recursive: true });
  writeFileSync(join(folder, 'runs/small/policy.onnx'), bytes);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The command in this process, with no terminal. */
async function evaluated(given: Given): Promise<EvaluationReport> {
  const interrupts = { signal: new AbortController().signal };
  const silent = { terminal: { print() {} }, logger: { warn() {} }, progress: { update() {}, end() {} }, interrupts };
  const few = { episodes: '2', workers: '1', set: 'max_steps=50', ...given };
  const { json } = await command.run(checkOptions(command.options, few), silent as unknown as CommandContext);
  return json as EvaluationReport;
}

it('takes a file as a word, writes the report and ends with it as JSON', async () => {
  const entry = join(import.meta.dirname, '../../pipeline/gaitsmith.ts');
  const out = join(folder, 'evaluation.json');
  const words = [
    policy,
    '--episodes',
    '4',
    '--set',
    'max_steps=60',
    '--set',
    'friction=0.5',
    '--report',
    out,
    '--json',
  ];
  const { stdout, stderr } = await execa(process.execPath, ['--import', compiled, entry, 'evaluate', ...words]);
  const told = await jsonOf(stdout);
  expect(told).toMatchObject({ ok: true, command: 'evaluate', policy, sha256: sha256(bytes), episodes: 4 });
  expect(told.parameters).toEqual({ max_steps: 60, friction: 0.5 });
  const { ok, command: name, schemaVersion, ...report } = told;
  expect(schemaVersion).toBe(1);
  expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(report);
  expect(stderr).toContain('4 episodes, sampled actions');
});

describe('the policy', () => {
  it('is that of a run, as it was exported', async () => {
    const report = await evaluated({ runId: 'small', runsDir: join(folder, 'runs') });
    expect(report).toMatchObject({ policy: join(folder, 'runs/small/policy.onnx'), sha256: sha256(bytes) });
  });

  it('is that of a checkpoint, as it would be exported: of the shipped walker, the shipped policy', async () => {
    const [checkpoint, file] = ['models/walker/checkpoint.safetensors', 'models/walker/walker.onnx'];
    const asFile = await evaluated({ policy: file, deterministic: true });
    const asCheckpoint = await evaluated({ checkpoint, deterministic: true });
    expect(asCheckpoint.policy).toBe(checkpoint);
    expect(asCheckpoint.reward).toBe(asFile.reward);
  });

  it.each<[string, Given, RegExp]>([
    ['none', {}, /no policy is named.*FILE\.onnx, or --run-id/],
    ['two', { policy: 'a.onnx', runId: 'small' }, /two are named|a\.onnx and --run-id/],
    ['a file and a checkpoint', { policy: 'a.onnx', checkpoint: 'best' }, /a\.onnx and --checkpoint/],
    ['the best of no run', { checkpoint: 'best' }, /no policy is named/],
    ['a run that is not there', { runId: 'none' }, /no policy was exported here yet/],
    [
      'the latest checkpoint of a run that has none',
      { runId: 'small', checkpoint: 'latest' },
      /there is no checkpoint/,
    ],
    ['a file that is not there', { policy: 'none.onnx' }, /none\.onnx: there is no such file/],
    ['another one that is not there', { policy: 'POLICY', compare: 'none.onnx' }, /none\.onnx: there is no such file/],
    [
      'a checkpoint that is not there',
      { checkpoint: 'none.safetensors' },
      /none\.safetensors: there is no such checkp/,
    ],
  ])('is refused: %s', async (_what, given, told) => {
    const inFolder = { ...given, runsDir: join(folder, 'runs'), ...(given['policy'] === 'POLICY' ? { policy } : {}) };
    const refused = evaluated(inFolder);
    await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'UserError' }));
    await expect(refused).rejects.toThrow(told);
  });
});

describe('settings', () => {
  it('are those of a configuration, of a curriculum the last lesson, and flags stand above them', async () => {
    const config = join(folder, 'some.yaml');
    writeFileSync(
      config,
      `behaviors: { Walker: { max_steps: 10 } }
environment_parameters:
  friction: 0.3
  push_speed:
    curriculum:
      - { name: calm, value: 0, completion_criteria: { behavior: Walker, threshold: 1, min_lesson_length: 1 } }
      - { name: rough, value: 1.5 }
`,
    );
    const report = await evaluated({ policy, config, set: 'max_steps=50,friction=0.4' });
    expect(report.parameters).toEqual({ friction: 0.4, push_speed: 1.5, max_steps: 50 });
  });

  it.each<[Given, RegExp]>([
    [{ speeds: 'fast' }, /--speeds.*grid, drawn, or speeds from/],
    [{ speeds: '1,,2' }, /--speeds.*not allowed/],
    [{ speeds: '0' }, /--speeds.*from 0\.01 to 100/],
    [{ episodes: '0' }, /--episodes.*1 to 1000000/],
    [{ set: 'friction' }, /--set.*NAME=NUMBER/],
    [{ set: 'frictoin=1' }, /no such environment parameter.*friction/],
    [{ world: 'moon' }, /--world.*unity, physx5, physx/],
  ])('%j are refused', async (given, told) => {
    await expect((async () => evaluated({ policy, ...given }))()).rejects.toThrow(told);
  });

  it('a report that can not be written is told before the episodes', async () => {
    const report = join(folder, 'policy.onnx/evaluation.json');
    await expect(evaluated({ policy, report, episodes: '1000000' })).rejects.toThrow(/evaluation\.json|policy\.onnx/);
    expect(existsSync(report)).toBe(false);
  });
});
