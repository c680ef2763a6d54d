/**
 * Which files in a folder are checkpoints. They are named step-<decisions>.safetensors; the one with the most decisions is the
 * latest. best.safetensors is the one that did best in a held-out evaluation.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';

const NAME = /^step-(\d+)\.safetensors$/;

/** Where the checkpoint after so many decisions lies. */
export function checkpointPath(folder: string, step: number): string {
  return join(folder, `step-${String(step).padStart(9, '0')}.safetensors`);
}

/** Where the policy lies that did best in a held-out evaluation: beside the others, and not pruned with them. */
export function bestCheckpointPath(folder: string): string {
  return join(folder, 'best.safetensors');
}

/**
 * The checkpoints in a folder, latest first.
 *
 * @throws UserError where there is something else than a folder.
 */
export function listCheckpoints(folder: string): string[] {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) {
    throw new UserError({ what: 'a folder of checkpoints was expected here', where: folder, value: 'a file' });
  }
  return readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort((one, other) => stepOf(other) - stepOf(one))
    .map((name) => join(folder, name));
}

/** The decisions that a checkpoint's name tells. */
function stepOf(path: string): number {
  return Number(NAME.exec(basename(path))![1]);
}

/** Deletes all but the latest `keep` of those up to `step`; a later one is damaged, or the run would not stand there. */
export function pruneCheckpoints(folder: string, keep: number, step: number): void {
  const own = listCheckpoints(folder).filter((path) => stepOf(path) <= step);
  for (const path of own.slice(keep)) rmSync(path, { force: true });
}
