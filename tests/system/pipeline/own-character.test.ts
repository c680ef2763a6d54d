/** A character of one's own, from its prefab on to the model in it: every command that a user then has for it, with a training of seconds. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { compiled } from '../../compiled/loader.ts';
import { snapshot, unityProject } from '../../deploy-unity/projects.ts';
import { prefabText } from '../../import-rig/prefab-builder.ts';
import { hingeQuadruped, wizardBiped } from '../../import-rig/ragdolls.ts';
import { jsonOf } from '../../json-output.ts';
import { temporaryFolder } from '../../temporary-folders.ts';
import { guid } from '../../unity-assets/project.ts';

const program = join(import.meta.dirname, '../../../pipeline/gaitsmith.ts');
const hero = 'Assets/Hero/Hero.prefab';
const dog = 'Assets/Dog/Dog.prefab';

const project = unityProject(undefined, {
  [hero]: prefabText(wizardBiped),
  [`${hero}.meta`]: `fileFormatVersion: 2\nguid: ${guid(1)}\n`,
  [dog]: prefabText(hingeQuadruped),
  [`${dog}.meta`]: `fileFormatVersion: 2\nguid: ${guid(2)}\n`,
});
const folder = temporaryFolder('gaitsmith-own-');

async function gaitsmith(command: string, ...flags: readonly string[]) {
  const words = ['--import', compiled, program, command, '--json', ...flags];
  const { exitCode, stdout, stderr } = await execa(process.execPath, words, { cwd: folder, reject: false });
  return { exitCode, stderr, told: stdout.trim() === '' ? undefined : await jsonOf(stdout) };
}

const little = [
  ...['max_steps=2560', 'gaitsmith.agents=8', 'gaitsmith.evaluation_interval=0', 'network_settings.hidden_units=32'],
  'gaitsmith.phases=null',
].flatMap((setting) => ['--set', setting]);
const short = ['--workers', '1', '--set', 'max_steps=100'];

/** Each name as its prefab's file has it, the run's policy, what it observes and does. */
describe.each([
  ['a biped by the Ragdoll Wizard', hero, 'Hero', 'hero', 175, 26],
  ['a quadruped of hinges', dog, 'Dog', 'dog', 141, 16],
])('%s', { timeout: 600_000 }, (_whose, prefab, name, id, observations, actions) => {
  const run = join(folder, 'runs', id);
  const policy = join('runs', id, 'policy.onnx');
  const before = snapshot(project);
  let piped: Awaited<ReturnType<typeof gaitsmith>>;
  beforeAll(async () => {
    piped = await gaitsmith('pipeline', '--rig', prefab, '--unity-project', project, '--workers', '1', ...little);
  }, 600_000);

  it('goes from its prefab to a model of its own that its agent is given', () => {
    expect(piped.stderr).toMatch(/import:.*bodies[\s\S]*propose:[\s\S]*train.*done[\s\S]*deploy.*done/);
    expect(piped).toMatchObject({ exitCode: 0, told: { ok: true } });
    const asset = `Assets/Gaitsmith/${name}/${name}`;
    expect(readFileSync(join(project, `${asset}.onnx`))).toEqual(readFileSync(join(folder, policy)));
    const model = /guid: ([0-9a-f]{32})/.exec(readFileSync(join(project, `${asset}.onnx.meta`), 'utf8'))![1]!;
    const text = readFileSync(join(project, prefab), 'utf8');
    expect(text).toContain(model);
    expect(text).toMatch(
      new RegExp(`VectorObservationSize: ${observations}\\b[\\s\\S]*m_NumContinuousActions: ${actions}\\b`),
    );
    const agent = JSON.parse(readFileSync(join(project, `${asset}.agent.json`), 'utf8'));
    expect(agent).toMatchObject({ name, actionSize: actions });
    const validation = JSON.parse(readFileSync(join(run, 'validation.json'), 'utf8'));
    expect(validation).toMatchObject({ passed: true });
  });

  it('is played as itself in its report, which names the commands that judge it', () => {
    const report = readFileSync(join(run, 'report.html'), 'utf8');
    expect(report).not.toMatch(/could not be played|walker\.baseline/);
    expect(report).toMatch(new RegExp(`regress -- ${policy} --character rigs/${id}.character.json --update-baseline`));
  });

  it('then has nothing left to do', async () => {
    const again = ['pipeline', '--rig', prefab, '--unity-project', project, '--workers', '1', ...little] as const;
    expect((await gaitsmith(...again)).stderr.match(/\] \w+: up to date/g)).toHaveLength(4);
  });

  it('is evaluated as the character that its run trained, or that is named', async () => {
    const byRun = await gaitsmith('evaluate', '--run-id', id, '--episodes', '2', ...short);
    expect(byRun.told).toMatchObject({ character: `rigs/${id}.character.json`, episodes: 2, blow_ups: 0 });
    const named = ['--character', `rigs/${id}`, '--config', `config/${id}.yaml`];
    const byFile = await gaitsmith('evaluate', policy, ...named, '--episodes', '2', ...short);
    expect(byFile.told).toMatchObject({ episodes: 2, parameters: { max_steps: 100 } });
    const asWalker = await gaitsmith('evaluate', policy, '--episodes', '2');
    expect(asWalker.exitCode).toBe(1);
    expect(asWalker.stderr).toMatch(/no policy of ML-Agents' Walker.*--character/);
  });

  it('is judged by a baseline of its own, which names its character', async () => {
    const make = ['--character', `rigs/${id}`, '--update-baseline', '--reason', 'first', '--episodes', '48'];
    const made = await gaitsmith('regress', policy, ...make, ...short);
    expect(made).toMatchObject({ exitCode: 0, told: { episodes: 48, settings: { character: `rigs/${id}` } } });
    const judged = await gaitsmith('regress', policy, '--workers', '1', '--same');
    // What has hardly learnt earns too unevenly for so few episodes to decide; that it is the same is certain.
    expect([0, 3]).toContain(judged.exitCode);
    expect(judged.told).toMatchObject({ change: 0, pairs: expect.any(Number) });
    expect(judged.told.checks).toContainEqual(expect.objectContaining({ name: 'golden', verdict: 'pass' }));
    const other = await gaitsmith(
      'regress',
      join(import.meta.dirname, '../../../models/walker/walker.onnx'),
      '--baseline',
      join('runs', id, 'policy.baseline.json'),
    );
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toContain(`this is no policy of ${name}`);
  });

  it('is taken by lint, by its own sizes, and told by inspect', async () => {
    expect((await gaitsmith('lint', policy)).told).toMatchObject({ passed: true });
    const inspected = await gaitsmith('inspect', policy);
    expect(inspected.exitCode).toBe(0);
    expect(JSON.stringify(inspected.told)).toContain(`"${name}"`);
  });

  it('is shipped beside the Walker, never in its place, and another run starts from what it learnt', async () => {
    const episodes = ['--run-id', id, '--episodes', '100', '--workers', '1', '--report', `${id}.json`];
    expect((await gaitsmith('evaluate', ...episodes)).exitCode).toBe(0);
    const refused = await gaitsmith('ship', '--run-id', id, '--report', `${id}.json`);
    expect(refused.stderr).toMatch(
      new RegExp(`policy of ${name}, and must not take the Walker's place.*--to models/${id}`),
    );
    const shipped = await gaitsmith('ship', '--run-id', id, '--report', `${id}.json`, '--to', `models/${id}`);
    expect(shipped.told).toMatchObject({ card: { character: name, steps: 2560 } });
    expect(existsSync(join(folder, `models/${id}/${id}.onnx`))).toBe(true);
    const start = [
      '--config',
      `config/${id}.yaml`,
      '--shipped',
      `models/${id}`,
      '--run-id',
      `${id}-on`,
      '--workers',
      '1',
    ];
    const on = await gaitsmith('train', ...start, ...little, '--set', 'max_steps=0');
    expect(on).toMatchObject({ exitCode: 0 });
  });

  it('leaves the project as it was when the deploy is taken back', async () => {
    expect((await gaitsmith('deploy', '--unity-project', project, '--rollback')).exitCode).toBe(0);
    const after = snapshot(project);
    expect(after[`/${prefab}`]).toBe(before[`/${prefab}`]);
    expect(after).toEqual(before);
  });

  it('is not trained on with another body', async () => {
    const rig = join(folder, `rigs/${id}.json`);
    const text = readFileSync(rig, 'utf8');
    writeFileSync(rig, text.replace(/"mass": ([\d.]+)/, '"mass": 1$1'));
    const on = await gaitsmith(
      'train',
      '--config',
      `config/${id}.yaml`,
      '--run-id',
      id,
      '--resume',
      '--workers',
      '1',
      ...little,
      '--set',
      'max_steps=5120',
    );
    writeFileSync(rig, text);
    expect(on.exitCode).toBe(1);
    expect(on.stderr).toMatch(/the rig has changed since this run was trained.*--initialize-from/);
  });
});
