/** Trains legs on other machines: each is a job `train` of the fleet, and actors take them from a queue in a Redis. */
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { sha256 } from '../base/files/hash.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import type { Dispatcher } from '../fleet/dispatcher.ts';
import type { Files } from '../fleet/job.ts';
import { packedCharacter } from '../fleet/jobs/character.ts';
import type { RecordOf } from '../fleet/jobs.ts';
import { parseConfiguration } from '../train/configuration/parse.ts';
import { bestCheckpointPath, listCheckpoints } from '../train/keep/checkpoint-files.ts';
import { isNotFinite } from '../train/keep/dump.ts';
import { initialCheckpoint } from '../train/keep/initial-checkpoint.ts';
import { endLeg, type LegFolder, type LegRecord, type LegResult, resultIn } from './leg.ts';
import type { LegRunner } from './runner.ts';

/** A dispatcher that can take what it has put there out again, of one job or of all: what came back already would only fill the Redis. */
export interface ClearedDispatcher extends Dispatcher {
  forget?(kind: 'train', record: RecordOf<'train'>): Promise<void>;
  clear?(): Promise<void>;
}

/**
 * @param told what it is called: "the queue redis://host:6379".
 * @param behaviorName that is trained.
 */
export function dispatchedRunner(dispatcher: ClearedDispatcher, told: string, behaviorName: string): LegRunner {
  return {
    told,
    async run(record, folder, progress, signal) {
      const { start, files, maxSteps, character } = startOf(record, folder, behaviorName);
      const { configuration, file, seed, until } = record;
      const job: RecordOf<'train'> = {
        configuration,
        file,
        character,
        commit: null,
        seed,
        start,
        until: until < maxSteps ? until : null,
      };
      try {
        const result = await dispatcher.dispatch('train', job, {
          files,
          onProgress: ({ done }) => progress(done),
          signal,
        });
        const trained = put(folder, result.files);
        await dispatcher.forget?.('train', job);
        return trained;
      } catch (error) {
        if (signal.aborted) return undefined;
        if (error instanceof UserError && isNotFinite(error.problem)) {
          return endLeg(folder, { failed: error.problem.what });
        }
        throw error;
      }
    },
    roundOver: async () => dispatcher.clear?.(),
    close: () => dispatcher.close(),
  };
}

/** What a leg begins with, and whose it is, with the bytes of both. */
function startOf(
  record: LegRecord,
  { checkpoints }: LegFolder,
  behaviorName: string,
): Pick<RecordOf<'train'>, 'start' | 'character'> & { readonly files: Uint8Array[]; readonly maxSteps: number } {
  const { from, name, configuration } = record;
  const { max_steps: maxSteps, init_path, gaitsmith } = parseConfiguration(configuration, name, behaviorName).behavior;
  const packed = packedCharacter(gaitsmith.character);
  const beside = { maxSteps, character: packed.character };
  if (from !== null) {
    const files = [listCheckpoints(checkpoints)[0]!, bestCheckpointPath(checkpoints)].map((path) => readFileSync(path));
    const start = { sha256: from.checkpoint, how: 'resume' as const, name, best: from.best };
    return { ...beside, start, files: [...files, ...packed.files] };
  }
  if (init_path === null) return { ...beside, start: null, files: packed.files };
  const { path } = initialCheckpoint(init_path, () => {});
  const bytes = readFileSync(path);
  const start = { sha256: sha256(bytes), how: 'initialize' as const, name: path, best: null };
  return { ...beside, start, files: [bytes, ...packed.files] };
}

/** Puts what came back where a process of this machine would have left it. */
function put(folder: LegFolder, files: Files): LegResult {
  for (const [name, bytes] of Object.entries(files)) {
    const isOurs = name === 'metrics.jsonl' || (dirname(name) === 'checkpoints' && name.endsWith('.safetensors'));
    if (!isOurs) continue;
    const path = join(folder.path, dirname(name), basename(name));
    mkdirSync(dirname(path), { recursive: true });
    writeAtomically(path, bytes);
  }
  return endLeg(folder, resultIn(folder.checkpoints));
}
