/** The real training, killed at random moments: nothing it leaves is half-written, and it ends as if nothing had happened. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256OfFile } from '../../../base/files/hash.ts';
import { RandomStream } from '../../../base/random/stream.ts';
import { readManifest } from '../../../pipeline/manifest.ts';
import { type RunFolder, runFolder } from '../../../pipeline/run-folder.ts';
import { readCheckpoint } from '../../../train/keep/checkpoint.ts';
import { listCheckpoints } from '../../../train/keep/checkpoint-files.ts';
import { compiled } from '../../compiled/loader.ts';
import { eventFilesIn, shownEvents } from '../../train/keep/tensorboard/read-events.ts';

const root = join(import.meta.dirname, '../../..');
const KILLS = 3;
const LAST_STEP = 1024;

const settings = `
behaviors:
  Walker:
    hyperparameters: { batch_size: 32, buffer_size: 64, num_epoch: 1 }
    network_settings: { normalize: true, hidden_units: 16, num_layers: 1 }
    max_steps: ${LAST_STEP}
    summary_freq: 175
    checkpoint_interval: 128
    gaitsmith: { symmetric: true }
env_settings: { seed: 1 }
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gaitsmith-killed-'));
  writeFileSync(join(folder, 'settings.yaml'), settings);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(run: RunFolder) {
  const flags = ['--runs-dir', join(folder, 'runs'), '--run-id', run.id, '--config', join(folder, 'settings.yaml')];
  if (listCheckpoints(run.checkpoints).length > 0) flags.push('--resume');
  const words = [join(root, 'pipeline/gaitsmith.ts'), 'train', '--agents', '8', '--workers', '1', ...flags];
  return execa(process.execPath, ['--import', compiled, ...words], { cwd: folder, reject: false });
}

const metricsOf = (run: RunFolder) =>
  readFileSync(run.metrics, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), seconds: 0, decisionsPerSecond: 0 }));
const eventsOf = (run: RunFolder) =>
  shownEvents(eventFilesIn(run.path))
    .filter(({ values }) => !('Hyperparameters/text_summary' in values))
    .map(({ step, values }) => ({ step, values: { ...values, 'Gaitsmith/Decisions per Second': 0 } }));

/** Every file is either not there or whole; temporary ones may lie about until the next start. */
function expectWhole(run: RunFolder): void {
  for (const path of listCheckpoints(run.checkpoints)) expect(readCheckpoint(path).progress.step).toBeGreaterThan(0);
  expect(readManifest(run).stages['train']?.status).toBe('running');
  expect(readFileSync(run.config, 'utf8')).toMatch(/^behaviors:[\s\S]*seed: 1\n$/);
  metricsOf(run);
  eventsOf(run);
}

it(`that was killed ${KILLS} times ends with the very bytes of one that was not`, { timeout: 300_000 }, async () => {
  const whole = runFolder('whole', join(folder, 'runs'));
  const undisturbed = await start(whole);
  expect(undisturbed.exitCode, undisturbed.stderr).toBe(0);

  const seed = Number(process.env['GAITSMITH_TEST_SEED'] ?? Date.now() % 1_000_000);
  const random = new RandomStream(seed);
  const run = runFolder('killed', join(folder, 'runs'));
  const moments: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const running = start(run);
    // Counted first, for a process that starts anew may tell less than the one before it, and machines differ in speed.
    await untilTold(1 + random.below(6), run, running);
    await Promise.race([running, sleep(random.uniform(0, 100))]);
    running.kill('SIGKILL');
    const { isTerminated } = await running;
    if (!isTerminated) break; // it was done before that
    expectWhole(run);
    moments.push(`${listCheckpoints(run.checkpoints).length} checkpoints and ${metricsOf(run).length} iterations`);
  }
  console.log(`killed at random (GAITSMITH_TEST_SEED=${seed}) after ${moments.join(', then ')}`);
  expect(moments.length).toBeGreaterThan(0);

  const ended = await start(run);
  expect(ended.exitCode, ended.stderr).toBe(0);
  const [last] = listCheckpoints(run.checkpoints);
  expect(last).toBe(join(run.checkpoints, `step-00000${LAST_STEP}.safetensors`));
  expect(sha256OfFile(last!)).toBe(sha256OfFile(listCheckpoints(whole.checkpoints)[0]!));
  expect(metricsOf(run)).toEqual(metricsOf(whole));
  expect(eventsOf(run)).toEqual(eventsOf(whole));
  expect(eventsOf(run).map(({ step }) => step)).toEqual([175, 350, 525, 700, 875]);
  const names = [run.path, run.checkpoints].flatMap((path) => readdirSync(path));
  expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
});

/** Waits until a process tells so many iterations of its own; a resumed one first cuts off what it will tell again. */
async function untilTold(
  iterations: number,
  run: RunFolder,
  running: { readonly exitCode: number | null },
): Promise<void> {
  const told = () => (existsSync(run.metrics) ? readFileSync(run.metrics, 'utf8').split('\n').length - 1 : 0);
  let least = told();
  while (running.exitCode === null && told() < least + iterations) {
    least = Math.min(least, told());
    await sleep(5);
  }
}
