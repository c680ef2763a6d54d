/** What commands do with `--queue`: who plays their episodes, and who trains their runs. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../base/files/hash.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import type { PlaysEpisodes } from '../evaluate/players.ts';
import { readCheckpoint } from '../train/keep/checkpoint.ts';
import { bestCheckpointPath, pruneCheckpoints } from '../train/keep/checkpoint-files.ts';
import { latestCheckpoint } from '../train/keep/checkpoint-folder.ts';
import { initialCheckpoint } from '../train/keep/initial-checkpoint.ts';
import { MetricsFile } from '../train/keep/metrics.ts';
import type { TrainOptions, TrainResult } from '../train/train-options.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Files, JobProgress } from './job.ts';
import { packedCharacter } from './jobs/character.ts';
import type { RecordOf, ResultOf } from './jobs.ts';
import { playersOver } from './players.ts';
import { queueDispatcher } from './queue/dispatcher.ts';
import { fleetVersion } from './version.ts';

/** What is told at Ctrl-C of a run that nobody goes on with. */
export const LEFT_OFF = 'interrupted: the actors leave off, and nothing of it stays in the queue';

/** A dispatcher of a run that nobody else asks for: it leaves nothing in the queue. @param what as for `playersOnQueue`. */
export async function dispatcherOnQueue(
  url: string,
  what: string,
  warn: (message: string) => void,
): Promise<Dispatcher> {
  const run = `${what}-${randomBytes(4).toString('hex')}`;
  const dispatcher = await queueDispatcher({ url, run, version: await fleetVersion(), warn });
  return {
    slots: () => dispatcher.slots(),
    dispatch: (...job) => dispatcher.dispatch(...job),
    async close() {
      await dispatcher.clear().catch(() => {});
      await dispatcher.close();
    },
  };
}

/** @param what the run is called in the queue, with letters of its own behind it. @throws UserError where no Redis answers. */
export async function playersOnQueue(
  url: string,
  what: string,
  warn: (message: string) => void,
): Promise<PlaysEpisodes> {
  const dispatcher = await dispatcherOnQueue(url, what, warn);
  return playersOver(
    dispatcher,
    () => dispatcher.close(),
    () => warn(LEFT_OFF),
  );
}

export interface TrainOnQueue {
  readonly url: string;
  /** What the run is called in the queue: asked for again, it goes on from what was kept there. */
  readonly run: string;
  /** As for `train`, but for what is this machine's: workers, engine, environment. */
  readonly options: Omit<TrainOptions, 'environment' | 'workers' | 'engine'>;
  /** The run's config.yaml. */
  readonly yaml: string;
  readonly begin: () => void;
  readonly progress: (progress: JobProgress) => void;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Has a run trained by an actor, and puts what came of it into the run's folder: the checkpoints are those of a training here, to
 * the byte.
 *
 * @throws UserError as `train` does, and where the queue can't be used; the signal's reason where it was stopped: then the
 *   queue keeps where it stood for a day.
 */
export async function trainOnQueue(request: TrainOnQueue): Promise<TrainResult> {
  const { url, run, options, yaml, signal, warn } = request;
  const { start, files } = startOf(options, warn);
  const { seed, until, origin } = options;
  const packed = packedCharacter(options.configuration.behavior.gaitsmith.character);
  const record: RecordOf<'train'> = {
    configuration: yaml,
    character: packed.character,
    file: origin?.file ?? 'config.yaml',
    commit: origin?.commit ?? null,
    seed,
    start,
    until: until ?? null,
  };
  const dispatcher = await queueDispatcher({ url, run, version: await fleetVersion(), warn });
  try {
    request.begin();
    const result = await dispatcher.dispatch('train', record, {
      files: [...files, ...packed.files],
      signal,
      onProgress: request.progress,
    });
    const trained = takeHome(result, options);
    await dispatcher.clear();
    return trained;
  } finally {
    await dispatcher.close();
  }
}

/** What the run begins with: its own latest checkpoint, another one's, or nothing. */
function startOf(
  { resume, checkpointFolder, configuration }: TrainOnQueue['options'],
  warn: (message: string) => void,
): { readonly start: RecordOf<'train'>['start']; readonly files: Uint8Array[] } {
  if (resume) {
    const { path } = latestCheckpoint(checkpointFolder, warn);
    const bytes = readFileSync(path);
    const bestPath = bestCheckpointPath(checkpointFolder);
    const best = existsSync(bestPath) ? readFileSync(bestPath) : undefined;
    const start = { sha256: sha256(bytes), how: 'resume' as const, name: path, best: best ? sha256(best) : null };
    return { start, files: best ? [bytes, best] : [bytes] };
  }
  const { init_path } = configuration.behavior;
  if (init_path === null) return { start: null, files: [] };
  const { path } = initialCheckpoint(init_path, warn);
  const bytes = readFileSync(path);
  return { start: { sha256: sha256(bytes), how: 'initialize', name: path, best: null }, files: [bytes] };
}

/** Lays its files where a training here would have left them. */
function takeHome({ value, files }: ResultOf<'train'>, options: TrainOnQueue['options']): TrainResult {
  const { checkpointFolder, metricsPath, eventsFolder = dirname(metricsPath), resume, configuration } = options;
  const before = resume ? latestCheckpoint(checkpointFolder, () => {}).checkpoint.progress.step : undefined;
  new MetricsFile(metricsPath, before); // without what is done again
  for (const [name, bytes] of inOrder(files)) {
    if (name === 'metrics.jsonl') writeAtomically(metricsPath, Buffer.concat([readFileSync(metricsPath), bytes]));
    else if (name.startsWith('checkpoints/'))
      writeAtomically(join(checkpointFolder, name.slice('checkpoints/'.length)), bytes);
    else writeAtomically(join(eventsFolder, name), bytes);
  }
  const checkpoint = join(checkpointFolder, value.latest.slice('checkpoints/'.length));
  const { progress } = readCheckpoint(checkpoint);
  pruneCheckpoints(checkpointFolder, configuration.behavior.keep_checkpoints, progress.step);
  const { heldOut, interrupted, engine } = value;
  return {
    checkpoint,
    progress,
    interrupted,
    heldOut: heldOut ?? undefined,
    engine: { backend: engine.backend, use: { device: engine.device } },
  };
}

/** The checkpoints last: who finds them finds all else. */
function inOrder(files: Files): [string, Uint8Array][] {
  const isLast = ([name]: [string, Uint8Array]) => Number(name.startsWith('checkpoints/'));
  return Object.entries(files).sort((one, other) => isLast(one) - isLast(other));
}
