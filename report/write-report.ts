/** Writes reports: of a run into its folder, and of several runs side by side. */

import { existsSync, readFileSync } from 'node:fs';
import { sha256, sha256OfFile } from '../base/files/hash.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import type { PlayWatch } from '../evaluate/players.ts';
import { DIGEST_NAME } from './page.ts';
import { characterOf, evaluateCommand, type RunFiles, type RunRead, readRun } from './read-run.ts';

export interface ReportOptions extends PlayWatch {
  /** Episodes that are played where there is no evaluation of the policy; 0 for none. */
  readonly episodes: number;
  /** Neither plays nor paints: only what is there. */
  readonly quick?: boolean;
  /** Leaves a report that was made from the very same as it is. */
  readonly unlessCurrent?: boolean;
}

export interface WrittenReport {
  readonly path: string;
  readonly bytes: number;
  /** Sentences of what there was nothing to tell of. */
  readonly missing: readonly string[];
  readonly isCurrent: boolean;
}

/** @throws UserError where the disk is full or the folder can't be written. */
export async function writeReport(files: RunFiles, options: ReportOptions): Promise<WrittenReport> {
  const { episodes, quick = false, unlessCurrent = false } = options;
  const digest = digestOf(files, quick ? 'quick' : `${episodes} episodes`);
  if (unlessCurrent && existsSync(files.report) && readFileSync(files.report, 'utf8').includes(metaOf(digest))) {
    return { path: files.report, bytes: readFileSync(files.report).length, missing: [], isCurrent: true };
  }
  const { runPage } = await import('./run-page.ts');
  const read = readRun(files);
  const made = quick || read.policy === undefined ? undefined : await playedFor(read, options);
  const evaluation = made?.evaluation ?? read.evaluation;
  const missing = [...read.missing, ...(made?.missing ?? []), ...(evaluation ? [] : [unplayed(files)])];
  const text = runPage({ ...read, evaluation, missing }, made?.sheet, digest);
  writeAtomically(files.report, text);
  return {
    path: files.report,
    bytes: Buffer.byteLength(text),
    missing: missing.map(({ what }) => what),
    isCurrent: false,
  };
}

/** Of several runs, overlaid. @throws UserError as `writeReport`. */
export async function writeComparison(runs: readonly RunFiles[], path: string): Promise<WrittenReport> {
  const { comparePage } = await import('./compare-page.ts');
  const read = runs.map(readRun);
  const text = comparePage(read, sha256(runs.map((run) => digestOf(run, 'compared')).join()));
  writeAtomically(path, text);
  return { path, bytes: Buffer.byteLength(text), missing: [], isCurrent: false };
}

async function playedFor({ files, evaluation, policy, settings }: RunRead, { episodes, ...watch }: ReportOptions) {
  const { madeFor } = await import('./made-for-it.ts');
  const world = settings?.settings.find(({ name }) => name === 'gaitsmith.world')?.value;
  // Somebody's own evaluation of this very policy is better than a short one.
  const isKnown = evaluation !== undefined && evaluation.sha256 === policy;
  const character = characterOf(files);
  return madeFor(
    files,
    { episodes: isKnown ? 0 : episodes, world: world === 'null' ? undefined : world, character },
    watch,
  );
}

function unplayed(files: RunFiles) {
  return { what: 'The policy was not evaluated.', mend: evaluateCommand(files) };
}

/** What a report is made from, as a hash. */
function digestOf(files: RunFiles, how: string): string {
  const { config, metrics, policy, validation, evaluation, regression, manifest } = files;
  const sources = [manifest, config, metrics, policy, validation, evaluation, regression];
  return sha256([how, ...sources.map((path) => sha256OfFile(path) ?? 'none')].join());
}

function metaOf(digest: string): string {
  return `<meta name="${DIGEST_NAME}" content="${digest}">`;
}
