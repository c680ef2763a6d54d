/**
 * Whether a stage has to run: it need not where it is recorded as done and its input files, its settings and its outputs
 * still are what was recorded.
 */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { commandText } from '../base/command-text.ts';
import { nearestName } from '../base/failure/nearest-name.ts';
import { UserError } from '../base/failure/user-error.ts';
import { sha256OfFile } from '../base/files/hash.ts';
import { type Json, toJson } from '../base/json.ts';
import type { HashedFile, StageRecord } from './manifest.ts';
import { pathOfRecorded, type RunFolder, recordedPath } from './run-folder.ts';
import type { Stage, StageInputs } from './stage.ts';

export interface HashedInputs {
  readonly files: Record<string, HashedFile>;
  readonly settings: Json;
}

/**
 * Asks the stage for its inputs and hashes them.
 *
 * @throws UserError where an input file is missing, or where the stage finds the options wrong.
 */
export async function hashInputs(
  stage: Stage,
  options: Record<string, unknown>,
  run: RunFolder,
): Promise<HashedInputs> {
  const inputs: StageInputs = await stage.inputs(options, run);
  const files = hashFiles(inputs.files, run, (name, path) => missingInput(stage, run, name, path));
  // Through JSON once, so that it compares with what was read from run.json.
  return { files, settings: toJson(inputs.settings) };
}

/** @throws UserError where a file that the stage says it made is not there: that is a bug of the stage. */
export function hashOutputs(stage: Stage, outputs: Readonly<Record<string, string>>, run: RunFolder) {
  return hashFiles(outputs, run, (name, path) => new Error(`${stage.name} made no ${name} at ${path}`));
}

/** Why the stage has to run, in a few words; undefined where it is up to date. */
export function reasonToRun(record: StageRecord | undefined, now: HashedInputs, run: RunFolder): string | undefined {
  if (!record) return 'not run yet';
  if (record.status === 'running') return 'was killed last time';
  if (record.status !== 'done') return `${record.status} last time`;
  const before = record.inputs;
  if (!isDeepStrictEqual(before.settings, now.settings)) return 'its settings changed';
  const names = new Set([...Object.keys(before.files), ...Object.keys(now.files)]);
  for (const name of names) {
    if (before.files[name]?.sha256 !== now.files[name]?.sha256) return `its input changed: ${name}`;
  }
  for (const [name, { path, sha256 }] of Object.entries(record.outputs)) {
    const file = pathOfRecorded(run, path);
    if (!existsSync(file)) return `its output is gone: ${name}`;
    if (sha256OfFile(file) !== sha256) return `its output was changed: ${name}`;
  }
  return undefined;
}

function missingInput(stage: Stage, run: RunFolder, name: string, path: string): UserError {
  const isMadeByAStage = !isAbsolute(recordedPath(run, path));
  if (isMadeByAStage && !existsSync(run.path)) return noSuchRun(run);
  return new UserError({
    what: `${stage.name} needs this file (${name}), and there is none`,
    where: path,
    mend: isMadeByAStage ? `run the stages before it: ${commandText('pipeline', run.flags)}` : undefined,
  });
}

/** For a stage that works on what others made. */
export function noSuchRun(run: RunFolder): UserError {
  return new UserError({
    what: 'there is no such run to work on',
    where: run.path,
    expected: nearestName(run.id, runsBeside(run)),
    mend: `name another with --run-id, or make it: ${commandText('pipeline', run.flags)}`,
  });
}

function runsBeside(run: RunFolder): string[] {
  try {
    return readdirSync(dirname(run.path));
  } catch {
    return [];
  }
}

function hashFiles(
  files: Readonly<Record<string, string>>,
  run: RunFolder,
  missing: (name: string, path: string) => Error,
): Record<string, HashedFile> {
  const hashed: Record<string, HashedFile> = {};
  for (const [name, path] of Object.entries(files)) {
    if (!existsSync(path)) throw missing(name, path);
    if (!statSync(path).isFile()) {
      throw new UserError({ what: `a file was expected here (${name})`, where: path, value: 'a folder' });
    }
    hashed[name] = { path: recordedPath(run, path), sha256: sha256OfFile(path)! };
  }
  return hashed;
}
