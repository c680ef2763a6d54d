/** The example workflows: their steps are run as they stand, by bash, in a repository with policies. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RandomStream } from '../../../base/random/stream.ts';
import { damages } from '../../../bench/damages.ts';
import { readPolicyFile } from '../../../evaluate/policy-file.ts';
import { decodeModel } from '../../../onnx/decode.ts';
import { encodeModel } from '../../../onnx/encode.ts';
import { type BaselineSettings, baselineText } from '../../../regress/baseline.ts';
import { makeBaseline } from '../../../regress/regress.ts';
import { undecidedBaseline } from '../../regress/undecided-baseline.ts';
import { because } from '../../skipping.ts';

const root = join(import.meta.dirname, '../../..');
const shipped = readPolicyFile(join(root, 'models/walker/walker.onnx'));

interface Workflow {
  readonly jobs: {
    readonly policies: { readonly steps: readonly { name?: string; run?: string; uses?: string }[] };
  };
}
interface Pipeline {
  readonly policies: { readonly script: readonly string[]; readonly artifacts: { reports: { junit: string } } };
}
const read = (name: string) => parse(readFileSync(join(root, 'examples/ci', name), 'utf8'));
const github = read('github.yml') as Workflow;
const gitlab = read('gitlab.yml') as Pipeline;
const judge = github.jobs.policies.steps.find(({ name }) => name === 'judge')!.run!;

/** What the servers' own actions stand for has been done: Gaitsmith lies there, installed, and so does the commit before. */
function stepsLeft({ steps }: Workflow['jobs']['policies']): string[] {
  return steps.flatMap(({ run, name }) => (run && name !== 'install' ? [run] : []));
}

const hasBash = process.platform !== 'win32';

describe.skipIf(because(!hasBash, 'there is no bash to be sure of on Windows'))('the steps', () => {
  let repository: string;
  let base: string;
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...words], {
      cwd: repository,
      encoding: 'utf8',
    });
  const write = (name: string, bytes: Uint8Array | string) => writeFileSync(join(repository, name), bytes);

  beforeAll(async () => {
    repository = mkdtempSync(join(tmpdir(), 'gaitsmith-'));
    const settings: BaselineSettings = {
      seed: 1,
      speeds: [1],
      deterministic: false,
      world: 'unity',
      parameters: { max_steps: 100 },
    };
    const made = await makeBaseline({ policy: shipped, reason: 'test', episodes: 48, settings, workers: 1 });
    const text = baselineText({ ...made, policy: 'walker.onnx' });
    mkdirSync(join(repository, 'Assets/My Game'), { recursive: true });
    git('init', '-q');
    for (const name of ['walker', 'Assets/My Game/second']) {
      write(`${name}.onnx`, shipped.bytes);
      write(`${name}.baseline.json`, text);
    }
    write('readme.txt', 'a game');
    git('add', '.');
    git('commit', '-qm', 'before');
    base = git('rev-parse', 'HEAD').trim();
  });
  afterAll(() => rmSync(repository, { recursive: true }));

  /** Commits what was written, runs the steps, and goes back. */
  async function runSteps(steps: readonly string[], env: Record<string, string> = {}) {
    git('add', '.');
    git('commit', '-qm', 'a change', '--allow-empty');
    const results = join(repository, 'policy-results');
    const set = { GAITSMITH: root, RESULTS: 'policy-results', BASE: base, GITHUB_STEP_SUMMARY: '', ...env };
    const { exitCode, stdout, stderr } = await execa('bash', ['-e', '-c', steps.join('\n')], {
      cwd: repository,
      env: set,
      reject: false,
    });
    let files: Record<string, string> = {};
    try {
      files = Object.fromEntries(readdirSync(results).map((name) => [name, readFileSync(join(results, name), 'utf8')]));
    } catch {
      // nothing was judged
    }
    rmSync(results, { recursive: true, force: true });
    git('reset', '-q', '--hard', base);
    return { exitCode, text: `${stdout}\n${stderr}`, files };
  }

  it('of both servers are the same one', () => {
    expect(stepsLeft(github.jobs.policies)).toEqual([judge]);
    expect(gitlab.policies.script).toEqual([judge]);
    expect(gitlab.policies.artifacts.reports.junit).toBe('policy-results/*.xml');
  });

  it('judge nothing where no policy has changed', async () => {
    write('readme.txt', 'a better game');
    const { exitCode, text, files } = await runSteps([judge]);
    expect({ exitCode, files }).toEqual({ exitCode: 0, files: {} });
    expect(text).toContain('no policy has changed');
  });

  it('pass a policy that still walks, in a folder with a blank in its name, and leave the other one alone', async () => {
    const again = decodeModel(shipped.bytes, 'again');
    write('Assets/My Game/second.onnx', encodeModel({ ...again, producerName: 'again' }));
    const { exitCode, text, files } = await runSteps([judge]);
    expect(exitCode, text).toBe(0);
    expect(Object.keys(files).sort()).toEqual(['json', 'md', 'xml'].map((end) => `Assets_My_Game_second.${end}`));
    expect(text).toContain('::notice file=Assets/My Game/second.onnx,title=regress::pass');
  });

  it('fail one that no longer walks and go on to the others; the summary has both', async () => {
    const sound = decodeModel(shipped.bytes, 'walker');
    const clip = damages.find(({ name }) => name.includes('clipped'))!;
    write('walker.onnx', encodeModel(clip.plant(sound, new RandomStream(1))));
    write('new.onnx', shipped.bytes); // without a baseline
    const summary = join(repository, '.git/summary.md');
    writeFileSync(summary, '');
    const { exitCode, text, files } = await runSteps([judge], { GITHUB_STEP_SUMMARY: summary });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/::error file=walker\.onnx,title=regress::behaviour: /);
    expect(text).toMatch(/new\.baseline\.json: there is no baseline.*--update-baseline/);
    expect(JSON.parse(files['walker.json']!)).toMatchObject({ verdict: 'fail' });
    expect(files['walker.xml']).toContain('<failure type="fail"');
    const told = readFileSync(summary, 'utf8');
    expect(told).toMatch(/### ❌ `walker\.onnx`: fail/);
    expect(told).toContain('### ❌ new.onnx: not judged');
  });

  it('end with 3 where the episodes can not tell, or with 0 where that is allowed; one whose baseline has changed too is judged once', async () => {
    const text = readFileSync(join(repository, 'walker.baseline.json'), 'utf8');
    const again = encodeModel({ ...decodeModel(shipped.bytes, 'walker'), producerName: 'again' });
    const change = () => {
      write('walker.baseline.json', undecidedBaseline(text));
      write('walker.onnx', again);
    };
    change();
    const strict = await runSteps([judge], { MARGIN: '0.1%' });
    expect(strict.exitCode, strict.text).toBe(3);
    expect(strict.text).toMatch(/::warning file=walker\.onnx,title=regress::behaviour/);
    expect(strict.text.match(/== walker\.onnx/g)).toHaveLength(1);
    change();
    expect((await runSteps([judge], { MARGIN: '0.1%', ALLOW_UNDECIDED: '1' })).exitCode).toBe(0);
  });
});
