/**
 * The checkpoints of a run, in their folder: each is written whole or not at all, and a latest one that is damaged is passed
 * over for the one before it.
 */

import { existsSync } from 'node:fs';
import { commandText } from '../../base/command-text.ts';
import { UserError } from '../../base/failure/user-error.ts';
import { writeAtomically } from '../../base/files/write-atomically.ts';
import { type Checkpoint, encodeCheckpoint, readCheckpoint } from './checkpoint.ts';
import { bestCheckpointPath, checkpointPath, listCheckpoints } from './checkpoint-files.ts';

/** A checkpoint, and where it lies. */
export interface FoundCheckpoint {
  readonly path: string;
  readonly checkpoint: Checkpoint;
}

/** Writes a checkpoint into the folder and returns its path. */
export function writeCheckpoint(folder: string, checkpoint: Checkpoint): string {
  return writeNamed(checkpointPath(folder, checkpoint.progress.step), checkpoint);
}

/** Replaces the best one. Runs go on from the latest, so it holds nothing of the episodes under way. */
export function writeBestCheckpoint(folder: string, checkpoint: Omit<Checkpoint, 'snapshots' | 'summary'>): string {
  return writeNamed(bestCheckpointPath(folder), checkpoint);
}

/** The best one; undefined where there is none that is whole. */
export function bestCheckpoint(folder: string): Checkpoint | undefined {
  const path = bestCheckpointPath(folder);
  try {
    if (existsSync(path)) return readCheckpoint(path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  return undefined;
}

function writeNamed(path: string, checkpoint: Checkpoint): string {
  writeAtomically(path, encodeCheckpoint(checkpoint));
  return path;
}

/**
 * The latest checkpoint that is whole.
 *
 * @param warn told of each damaged one that was passed over.
 * @param mend what to do where there is none; default: what helps where the run itself was named.
 * @throws UserError where there is none.
 */
export function latestCheckpoint(folder: string, warn: (message: string) => void, mend?: string): FoundCheckpoint {
  const paths = listCheckpoints(folder);
  for (const path of paths) {
    try {
      return { path, checkpoint: readCheckpoint(path) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      warn(`${error.message}; going back to the checkpoint before it`);
    }
  }
  throw new UserError({
    where: folder,
    ...(paths.length > 0
      ? {
          what: `none of the ${paths.length} checkpoints is whole`,
          mend:
            mend ?? `train this run afresh (${commandText('train')} with --force), or name another one with --run-id`,
        }
      : {
          what: 'there is no checkpoint',
          mend:
            mend ??
            `train this run first (${commandText('train')} without --resume), or name another one with --run-id`,
        }),
  });
}

/**
 * The best checkpoint or the latest.
 *
 * @param which left out: the best where there is one that is whole, else the latest.
 * @param warn told of each damaged one that was passed over.
 * @throws UserError where there is none.
 */
export function chooseCheckpoint(
  folder: string,
  which: 'best' | 'latest' | undefined,
  warn: (message: string) => void,
): FoundCheckpoint {
  const path = bestCheckpointPath(folder);
  if (which === 'latest' || (which === undefined && !existsSync(path))) return latestCheckpoint(folder, warn);
  if (!existsSync(path)) {
    throw new UserError({
      what: 'there is no best checkpoint, for this run was never evaluated',
      where: path,
      mend: 'take the latest with --checkpoint latest, or set gaitsmith.evaluation_interval and train on',
    });
  }
  try {
    return { path, checkpoint: readCheckpoint(path) };
  } catch (error) {
    if (which === 'best' || !(error instanceof UserError)) throw error;
    warn(`${error.message}; taking the latest instead`);
    return latestCheckpoint(folder, warn);
  }
}
