/** A policy is shipped, and new runs start from it. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256, sha256OfFile } from '../../base/files/hash.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { checkOptions } from '../../cli/parse-options.ts';
import { evaluate } from '../../evaluate/evaluate.ts';
import { readPolicyFile } from '../../evaluate/policy-file.ts';
import { exportActor } from '../../export/export-actor.ts';
import { SHIPPED_WALKER, shippedFiles } from '../../models/shipped.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { recordStage, type StageRecord } from '../../pipeline/manifest.ts';
import { type RunFolder, recordedPath, runFolder } from '../../pipeline/run-folder.ts';
import { shippable, shippableRun } from '../../pipeline/runs.ts';
import trainStage from '../../pipeline/stages/train.ts';
import { shipCommand } from '../../ship/command.ts';
import { ship } from '../../ship/ship.ts';
import { readCard, shippedStart } from '../../ship/shipped-walker.ts';
import { parseConfiguration } from '../../train/configuration/read.ts';
import { type Checkpoint, readCheckpoint } from '../../train/keep/checkpoint.ts';
import { listCheckpoints } from '../../train/keep/checkpoint-files.ts';
import { writeCheckpoint } from '../../train/keep/checkpoint-folder.ts';
import { Normaliser } from '../../train/policy/normaliser.ts';
import { initialParameters } from '../../train/policy/policy.ts';
import { compiled } from '../compiled/loader.ts';
import { jsonOf } from '../json-output.ts';

const root = join(import.meta.dirname, '../..');
const network = { observationSize: 243, actionSize: 39, hiddenUnits: 16, layers: 1 };
const settings = (layers = 1, normalize = true) => `
behaviors:
  Walker:
    hyperparameters: { batch_size: 64, buffer_size: 128, num_epoch: 1 }
    network_settings: { normalize: ${normalize}, hidden_units: 16, num_layers: ${layers} }
    max_steps: 128
env_settings: { seed: 1 }
`;

let template: string;
let folder: string;
beforeAll(() => {
  template = mkdtempSync(join(tmpdir(), 'gaitsmith-'));
  makeTrainedRun(template);
});
afterAll(() => rmSync(template, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gaitsmith-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A run that has trained for 5,000 decisions, after 20,000 before it was shipped the first time, and was exported. */
function trainedRun(): RunFolder {
  cpSync(template, join(folder, 'runs'), { recursive: true });
  return runFolder('fast', join(folder, 'runs'));
}

function makeTrainedRun(runs: string): void {
  const run = runFolder('fast', runs);
  const parameters = initialParameters(network, 3);
  const squares = Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, values.map((x) => x * x)]),
  );
  const random = new RandomStream(1);
  const normaliser = new Normaliser(243);
  const sample = Float32Array.from({ length: 2048 * 243 }, () => random.normal());
  normaliser.update(sample);
  const checkpoint: Checkpoint = {
    progress: {
      seed: 7,
      agents: 2,
      step: 5000,
      iteration: 3,
      episodes: 4,
      recent: { rewards: [0.25, 0.75], ended: 'all' },
      startedFrom: { checkpoint: '/elsewhere/checkpoint.safetensors', sha256: '0'.repeat(64), steps: 20_000 },
    },
    origin: { configuration: 'a'.repeat(64), file: '/elsewhere/settings.yaml', commit: null },
    network,
    behaviorName: 'Walker',
    parameters,
    optimiser: { first: parameters, second: squares, counts: { actor: 30, critic: 30 } },
    normaliser,
    snapshots: [{ episode: 3, state: new Uint8Array(39 * 500 * 4) }],
    sample,
  };
  const path = writeCheckpoint(run.checkpoints, checkpoint);
  // What it began with lies on the machine that trained, and is not shipped.
  writeFileSync(
    run.config,
    settings().replace(/^( *)hyperparameters:/m, '$1init_path: /elsewhere/start.safetensors\n$&'),
  );
  const provenance = { 'gaitsmith.commit': 'c0ffee', 'gaitsmith.config': sha256OfFile(run.config)! };
  const policy = encodeModel(exportActor(checkpoint, '0.0.0', provenance));
  writeFileSync(run.policy, policy);
  const shape = { observationSize: 243, actionSize: 39 };
  const rows = { episodes: 2048, edge: 11 };
  const validation = { passed: true, problems: [], sha256: sha256(policy), shape, tolerance: 1e-5, rows, engines: [] };
  writeFileSync(run.validation, JSON.stringify(validation));
  const record: StageRecord = {
    status: 'done',
    started: '2026-01-01T00:00:00.000Z',
    seconds: 1,
    pid: 1,
    command: 'npm run export',
    inputs: { files: { checkpoint: { path: recordedPath(run, path), sha256: sha256OfFile(path)! } }, settings: {} },
    outputs: {},
    versions: { gaitsmith: '0.0.0', node: '20.0.0', platform: 'linux-x64', commit: null, dirty: null },
  };
  recordStage(run, 'export', record);
}

const scores = {
  reward: 612.5,
  reward_ci95: 31,
  falls_share: 0.18,
  bands: [{ speed: [0.1, 2], episodes: 40, reward: 800, falls_share: 0.1, mean_speed: 1.4 }],
};
const conditions = { world: 'unity', deterministic: false, parameters: {}, seed: 3, episodes: 400 };
function reportOn(run: RunFolder, changes: object = {}): string {
  const path = join(folder, 'evaluation.json');
  writeFileSync(
    path,
    JSON.stringify({ sha256: sha256OfFile(run.policy), ...conditions, ...scores, by: 'a test', ...changes }),
  );
  return path;
}

describe('shipping', () => {
  it('puts policy, checkpoint, settings (but for the file that they began with) and card in place, and takes what was there before away', () => {
    const run = trainedRun();
    const to = join(folder, 'models', 'walker');
    for (const reward of [1, scores.reward]) ship(shippableRun(run), reportOn(run, { reward }), to);
    const files = shippedFiles(to);
    expect(readdirSync(to).sort()).toEqual(['card.json', 'checkpoint.safetensors', 'config.yaml', 'walker.onnx']);
    expect(sha256OfFile(files.policy)).toBe(sha256OfFile(run.policy));
    expect(readFileSync(files.config, 'utf8')).toBe(settings());
    expect(readCard(files.card)).toEqual({
      ...scores,
      sha256: sha256OfFile(files.policy),
      checkpoint_sha256: sha256OfFile(files.checkpoint),
      run: 'fast',
      commit: 'c0ffee',
      config: 'config.yaml',
      config_sha256: sha256OfFile(files.config),
      seed: 7,
      steps: 25_000,
      evaluation: { seed: 3, episodes: 400 },
      world: 'unity',
    });
    const { snapshots, sample, parameters, optimiser, progress, origin } = readCheckpoint(files.checkpoint);
    expect(progress.startedFrom?.checkpoint).toBe('checkpoint.safetensors');
    expect(origin?.file).toBe('settings.yaml');
    const whole = readCheckpoint(listCheckpoints(run.checkpoints)[0]!);
    expect(snapshots).toBeUndefined();
    expect(sample.length).toBe(1024 * 243);
    expect({ parameters, optimiser }).toEqual({ parameters: whole.parameters, optimiser: whole.optimiser });
  });

  it('takes the report that npm run evaluate writes, whose bands are those that had an episode', async () => {
    const run = trainedRun();
    const report = await evaluate({ policy: readPolicyFile(run.policy), episodes: 100, seed: 5, workers: 1 });
    const path = join(folder, 'evaluation.json');
    writeFileSync(path, JSON.stringify(report));
    const { reward, falls_share, bands, evaluation } = ship(shippableRun(run), path, join(folder, 'models', 'walker'));
    expect({ reward, falls_share }).toEqual({ reward: report.reward, falls_share: report.falls_share });
    expect(evaluation).toEqual({ seed: 5, episodes: 100 });
    expect(bands.map(({ speed }) => speed)).toEqual([0, 2, 4, 6, 8].map((from) => [from, from + 2]));
    expect(bands.reduce((sum, { episodes }) => sum + episodes, 0)).toBe(100);
  });

  it('puts what the same file earns in other worlds into the card', () => {
    const run = trainedRun();
    const there = { ...conditions, world: 'physx5', parameters: { friction: 0.4 }, episodes: 100 };
    const { reward, reward_ci95, falls_share } = scores;
    const elsewhere = join(folder, 'elsewhere.json');
    writeFileSync(elsewhere, JSON.stringify({ sha256: sha256OfFile(run.policy), ...there, ...scores, more: 1 }));
    const card = ship(shippableRun(run), reportOn(run), join(folder, 'models/walker'), [elsewhere]);
    expect(card.elsewhere).toEqual([{ ...there, reward, reward_ci95, falls_share }]);
    expect(readCard(shippedFiles(join(folder, 'models/walker')).card)).toEqual(card);
    writeFileSync(elsewhere, JSON.stringify({ sha256: 'a'.repeat(64), ...there, ...scores }));
    expect(() => ship(shippableRun(run), reportOn(run), join(folder, 'models/walker'), [elsewhere])).toThrow(
      /another policy than .*policy\.onnx/,
    );
  });

  it('clears away what a ship that was killed left, once it is old', () => {
    const run = trainedRun();
    const to = join(folder, 'models/walker');
    mkdirSync(to, { recursive: true });
    const leftovers = ['.card.json.0123abcd.staged', '.checkpoint.safetensors.0123abcd.before'].map((name) =>
      join(to, name),
    );
    for (const path of leftovers) writeFileSync(path, 'x');
    ship(shippableRun(run), reportOn(run), to);
    // They were made a moment ago, so they may belong to one that is still at work.
    expect(leftovers.map((path) => existsSync(path))).toEqual([true, true]);
    const inAnHour = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    ship(shippableRun(run), reportOn(run), to);
    inAnHour.mockRestore();
    expect(leftovers.map((path) => existsSync(path))).toEqual([false, false]);
  });

  const refusals: [what: string, prepare: (run: RunFolder) => string, told: RegExp][] = [
    [
      'a report about another policy',
      (run) => reportOn(run, { sha256: 'a'.repeat(64) }),
      /another policy than .*policy\.onnx/,
    ],
    [
      'a report that lacks a score',
      (run) => reportOn(run, { falls_share: undefined }),
      /evaluation report.*falls_share/,
    ],
    ...(
      [
        ['mean actions', { deterministic: true }, /deterministic: false: actions are to be sampled/],
        ['another world', { world: 'physx' }, /world: unity: no --world/],
        ['an easier world', { parameters: { target_speed_max: 3 } }, /parameters: none: the world is to be Unity's/],
        ['single target speeds', { speeds: [1, 2] }, /speeds: grid or drawn/],
        ['a handful of episodes', { episodes: 10 }, /episodes: Too small/],
      ] as const
    ).map(([of, changes, told]): [string, (run: RunFolder) => string, RegExp] => [
      `a report on ${of}`,
      (run) => reportOn(run, changes),
      told,
    ]),
    [
      'no report',
      () => join(folder, 'none.json'),
      /none\.json: an evaluation report \(models\/README\.md\) was expected/,
    ],
    [
      'a policy that changed after its validation',
      (run) => {
        writeFileSync(run.policy, Buffer.concat([readFileSync(run.policy), Buffer.of(0)]));
        return reportOn(run);
      },
      /not the one that was validated.*npm run validate -- --run-id fast/,
    ],
    [
      'other settings than those that the policy was trained by',
      (run) => {
        writeFileSync(run.config, settings(2));
        return reportOn(run);
      },
      /config\.yaml: these are other settings than .* trained by.*npm run export -- .*--checkpoint latest/,
    ],
    [
      'a checkpoint that changed after the export',
      (run) => {
        const [path] = listCheckpoints(run.checkpoints);
        writeCheckpoint(run.checkpoints, { ...readCheckpoint(path!), behaviorName: 'Runner' });
        return reportOn(run);
      },
      /step-000005000.*that the policy was exported from has changed.*npm run export -- /,
    ],
  ];
  it.each(refusals)('refuses %s, and changes nothing', (_what, prepare, told) => {
    const run = trainedRun();
    const report = prepare(run);
    expect(() => ship(shippableRun(run), report, join(folder, 'models/walker'))).toThrow(
      expect.objectContaining({ name: 'UserError' }),
    );
    expect(() => ship(shippableRun(run), report, join(folder, 'models/walker'))).toThrow(told);
    expect(existsSync(join(folder, 'models'))).toBe(false);
  });
});

describe('a new run', () => {
  const configuration = (...changes: Parameters<typeof settings>) =>
    parseConfiguration(settings(...changes), 'settings.yaml', 'Walker');

  it('starts from the shipped walker where its network is the same, and says why where it is not', async () => {
    const run = trainedRun();
    const to = join(folder, 'walker');
    ship(shippableRun(run), reportOn(run), to);
    const { checkpoint } = shippedFiles(to);
    expect(await shippedStart(to, configuration())).toBe(checkpoint);
    await expect(shippedStart(to, configuration(2))).rejects.toThrow(/another network.*: layers 1 and not 2/);
    await expect(shippedStart(to, configuration(1, false))).rejects.toThrow(/: rawObservations unset and not true/);
    await expect(shippedStart(join(folder, 'none'), configuration())).rejects.toThrow(
      /no shipped walker to start from/,
    );
  });

  it('is refused a shipped walker that is only half there, as a ship that was killed leaves it', async () => {
    const run = trainedRun();
    const to = join(folder, 'walker');
    ship(shippableRun(run), reportOn(run), to);
    copyFileSync(listCheckpoints(run.checkpoints)[0]!, shippedFiles(to).checkpoint);
    const refused = shippedStart(to, configuration());
    await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'UserError' }));
    await expect(refused).rejects.toThrow(/walker: the card is of another checkpoint.*git checkout.*npm run ship/);
  });

  it('starts from a checkpoint without a card as it is', async () => {
    const run = trainedRun();
    const { checkpoint } = shippedFiles(folder);
    copyFileSync(listCheckpoints(run.checkpoints)[0]!, checkpoint);
    expect(await shippedStart(folder, configuration())).toBe(checkpoint);
  });
});

describe('a walker that comes with Gaitsmith', () => {
  const models = dirname(SHIPPED_WALKER);
  it.each(readdirSync(models).filter((name) => existsSync(shippedFiles(join(models, name)).card)))(
    'is what its card says: %s',
    (name) => {
      const files = shippedFiles(join(models, name));
      const card = readCard(files.card);
      expect(sha256OfFile(files.policy)).toBe(card.sha256);
      expect(sha256OfFile(files.checkpoint)).toBe(card.checkpoint_sha256);
      expect(sha256OfFile(files.config)).toBe(card.config_sha256);
      const { progress, sample, origin } = readCheckpoint(files.checkpoint);
      for (const named of [progress.startedFrom?.checkpoint, origin?.file]) expect(named ?? '').not.toMatch(/[\\/]/);
      expect(progress.step + (progress.startedFrom?.steps ?? 0)).toBe(card.steps);
      expect(sample.length).toBeGreaterThanOrEqual(1000 * 243);
    },
  );
});

describe('the commands', () => {
  let place: string;
  beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), 'gaitsmith-'));
    writeFileSync(join(place, 'settings.yaml'), settings());
  });
  afterAll(() => rmSync(place, { recursive: true }));

  async function gaitsmith(command: string, ...flags: string[]) {
    const words = [join(root, 'pipeline/gaitsmith.ts'), command, '--json', ...flags];
    const options = { cwd: place, reject: false } as const;
    const { exitCode, stdout, stderr } = await execa(process.execPath, ['--import', compiled, ...words], options);
    return { exitCode, stderr, result: await jsonOf(stdout) };
  }
  const train = (runId: string, ...flags: string[]) =>
    gaitsmith('train', '--config', 'settings.yaml', '--agents', '8', '--workers', '1', '--run-id', runId, ...flags);

  it('ship a policy, train it on from where it was, or leave it as it is', async () => {
    mkdirSync(join(place, 'runs'), { recursive: true });
    const run = trainedRun();
    const report = reportOn(run);
    const shipped = await gaitsmith(
      'ship',
      '--run-id',
      'fast',
      '--runs-dir',
      join(folder, 'runs'),
      '--report',
      report,
      '--to',
      'walker',
    );
    expect(shipped.result).toMatchObject({ ok: true, command: 'ship', card: { steps: 25_000, reward: 612.5 } });
    const before = readCheckpoint(join(place, 'walker/checkpoint.safetensors'));

    const on = await train('on', '--shipped', 'walker');
    expect(on.exitCode, on.stderr).toBe(0);
    expect(on.stderr).toContain('Initializing from walker/checkpoint.safetensors.');
    const startedFrom = {
      checkpoint: 'walker/checkpoint.safetensors',
      sha256: sha256OfFile(join(place, 'walker/checkpoint.safetensors')),
      steps: 25_000,
    };
    expect(on.result.stage.details).toMatchObject({ steps: 128, startedFrom });
    const record = JSON.parse(readFileSync(join(place, 'runs/on/run.json'), 'utf8'));
    expect(record.stages.train.details.startedFrom).toEqual(startedFrom);
    expect(readFileSync(join(place, 'runs/on/config.yaml'), 'utf8')).toContain(
      'init_path: walker/checkpoint.safetensors',
    );
    const after = readCheckpoint(listCheckpoints(join(place, 'runs/on/checkpoints'))[0]!);
    expect(after.optimiser.counts.actor).toBe(32);
    expect(after.normaliser.rows).toBe(before.normaliser.rows + 128);

    const scratch = await train('on', '--resume', '--from-scratch');
    expect(scratch.stderr).toMatch(/error: .*did not start from scratch but from walker\/checkpoint.*--force/);

    const asItIs = await train('as-it-is', '--shipped', 'walker', '--max-steps', '0');
    expect(asItIs.result.stage.summary).toMatch(/^0 steps from walker\/checkpoint\.safetensors/);
    const taken = readCheckpoint(listCheckpoints(join(place, 'runs/as-it-is/checkpoints'))[0]!);
    expect(taken.parameters).toEqual(before.parameters);
    expect(taken.sample).toEqual(before.sample);
    const policy = await gaitsmith('export', '--run-id', 'as-it-is');
    expect(policy.exitCode).toBe(0);
  });

  it('refuse what does not go together, and a run that is not there', async () => {
    const both = checkOptions(trainStage.options, { fromScratch: true, shipped: 'walker' });
    await expect((async () => trainStage.check!(both))()).rejects.toThrow(/--from-scratch and --shipped: only one of/);
    const twice = checkOptions(trainStage.options, { fromShipped: true, shipped: 'walker' });
    await expect((async () => trainStage.check!(twice))()).rejects.toThrow(/--shipped and --from-shipped: only one of/);
    const command = shipCommand(shippable);
    const noRun = { ...checkOptions(command.options, { report: 'x.json', runsDir: place }), runId: 'none' };
    await expect(command.run(noRun, {} as never)).rejects.toThrow(/none: there is no such run to ship/);
    expect(existsSync(join(place, 'none'))).toBe(false);
  });
});
