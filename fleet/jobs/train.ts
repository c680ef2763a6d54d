/** Trains the Walker, or the character that came with the job, in the embedded world in one thread: in a folder that nobody sees: its files go on as what was kept, or as the result. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import { UserError } from '../../base/failure/user-error.ts';
import { sha256 } from '../../base/files/hash.ts';
import type { BehaviorSpec } from '../../envs/env.ts';
import { behavior as walkerBehavior } from '../../envs/walker/behavior.ts';
import { environmentUrl } from '../../envs/walker/environment-url.ts';
import { parseConfiguration } from '../../train/configuration/parse.ts';
import { recentReward } from '../../train/judge/recent-episodes.ts';
import { encodeCheckpoint, readCheckpoint } from '../../train/keep/checkpoint.ts';
import { bestCheckpointPath, checkpointPath, listCheckpoints } from '../../train/keep/checkpoint-files.ts';
import type { EvaluationMetrics } from '../../train/keep/metrics.ts';
import type { IterationMetrics } from '../../train/keep/metrics-table.ts';
import { inNode } from '../../train/train.ts';
import { trainIn } from '../../train/train-in.ts';
import type { TrainHooks, TrainOptions } from '../../train/train-options.ts';
import type { Files, JobContext, JobResult } from '../job.ts';
import { unpackedCharacter } from './character.ts';
import type { trainRecord, trainResult } from './train-record.ts';

type Record = z.infer<typeof trainRecord>;
type Result = z.infer<typeof trainResult>;
type World = { readonly behavior: BehaviorSpec; readonly module: string };

const CHECKPOINTS = 'checkpoints';
const METRICS = 'metrics.jsonl';

/** @throws UserError where the configuration is none, or the checkpoint is of other settings. */
export async function trainJob(record: Record, context: JobContext): Promise<JobResult<Result>> {
  const folder = mkdtempSync(join(tmpdir(), 'gaitsmith-job-'));
  try {
    const character = unpackedCharacter(record.character, join(folder, 'character'), (name) => context.file(name));
    const { behavior, module } = await worldOf(character);
    return await trainedIn(join(folder, 'run'), { ...record, behavior, module }, context);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Who is trained, and the module of its environment. @param character path of its file; undefined: the Walker. */
async function worldOf(character: string | undefined): Promise<World> {
  if (character === undefined) return { behavior: walkerBehavior, module: environmentUrl };
  const { openCharacter } = await import('../../envs/ragdoll/open.ts');
  const { environmentUrlOf } = await import('../../envs/ragdoll/environment-url.ts');
  return { behavior: openCharacter(character).task.behavior, module: environmentUrlOf(character) };
}

async function trainedIn(folder: string, record: Record & World, context: JobContext): Promise<JobResult<Result>> {
  const { seed, until, file, commit, behavior, module } = record;
  const configuration = {
    ...parseConfiguration(record.configuration, file, behavior.name),
    seed,
  };
  const { gaitsmith, max_steps } = configuration.behavior;
  if ((gaitsmith.character === null) !== (record.character === null)) {
    throw new UserError({
      what: 'a training and the character that comes with it do not belong together',
      where: `${file}: gaitsmith.character`,
      value: gaitsmith.character,
      expected: record.character?.name ?? 'the Walker',
    });
  }
  const options: TrainOptions = {
    configuration,
    environment: { kind: 'embedded', module, world: gaitsmith.world ?? undefined },
    behavior,
    seed,
    until: until ?? undefined,
    agents: gaitsmith.agents,
    // As many jobs are done side by side as there are cores; threads change no byte.
    workers: 1,
    engine: { threads: 1 },
    checkpointFolder: join(folder, CHECKPOINTS),
    metricsPath: join(folder, METRICS),
    eventsFolder: folder,
    resume: begin(folder, record, context),
    origin: { configuration: sha256(record.configuration), file, commit },
  };
  const hooks: TrainHooks = {
    info: () => {},
    warn: () => {},
    signal: new AbortController().signal,
    iteration({ step, reward }) {
      context.progress({ done: step, total: until ?? max_steps, fields: { reward } });
    },
  };
  const node = inNode(options, hooks);
  const surroundings: typeof node = {
    ...node,
    initial() {
      const { start } = record;
      if (start?.how !== 'initialize') return undefined;
      const path = join(folder, 'initial.safetensors');
      writeFileSync(path, context.file(start.sha256));
      const checkpoint = readCheckpoint(path);
      rmSync(path);
      return { path: start.name, checkpoint, sha256: start.sha256 };
    },
    keeper(saved) {
      const kept = node.keeper(saved);
      return {
        records: kept.records,
        best: () => kept.best(),
        saveBest: (checkpoint) => kept.saveBest(checkpoint),
        told: (error, state) => kept.told(error, state),
        async save(checkpoint) {
          const path = await kept.save(checkpoint);
          await context.keep(checkpoint.progress.step, filesIn(folder));
          return path;
        },
      };
    },
  };
  const { progress, heldOut, interrupted, checkpoint } = await trainIn(surroundings, options, hooks);
  const evaluations = evaluationsIn(join(folder, METRICS));
  return {
    value: {
      step: progress.step,
      episodes: progress.episodes,
      latest: `${CHECKPOINTS}/${basename(checkpoint)}`,
      interrupted,
      reward: (progress.recent && recentReward(progress.recent)?.mean) ?? null,
      heldOut: heldOut ?? null,
      evaluations,
      stopped: progress.stopped?.why ?? null,
      engine: { backend: 'onnx', device: 'cpu' },
    },
    files: filesIn(folder),
  };
}

/** Lays out what is gone on from. @returns whether there is something. */
function begin(folder: string, { start, seed }: Record, { kept, file }: JobContext): boolean {
  const checkpoints = join(folder, CHECKPOINTS);
  mkdirSync(checkpoints, { recursive: true });
  if (kept) {
    for (const [name, bytes] of Object.entries(kept)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    return listCheckpoints(checkpoints).length > 0;
  }
  if (!start || start.how === 'initialize') return false;
  const path = join(checkpoints, 'start');
  writeFileSync(path, file(start.sha256));
  const checkpoint = readCheckpoint(path);
  rmSync(path);
  const progress = start.how === 'branch' ? { ...checkpoint.progress, seed } : checkpoint.progress;
  writeFileSync(checkpointPath(checkpoints, progress.step), encodeCheckpoint({ ...checkpoint, progress }));
  if (start.best) writeFileSync(bestCheckpointPath(checkpoints), file(start.best));
  return true;
}

/** Everything in it, by its path from there with slashes. */
export function filesIn(folder: string): Files {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const named = paths.map(({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [path.slice(folder.length + 1).replaceAll('\\', '/'), new Uint8Array(readFileSync(path))] as const;
  });
  return Object.fromEntries(named.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function evaluationsIn(metrics: string): Result['evaluations'] {
  const lines = readFileSync(metrics, 'utf8').split('\n').filter(Boolean);
  const told = lines.map((line): IterationMetrics | EvaluationMetrics => JSON.parse(line));
  return told.flatMap((each) => {
    if (!('evaluation' in each)) return [];
    const { reward, rewardInterval, fallShare, episodes } = each.evaluation;
    return [{ step: each.step, reward, rewardInterval, fallShare, episodes }];
  });
}
