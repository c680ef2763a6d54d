/**
 * What is kept of a training that met a NaN or an infinity: `iteration-<n>.safetensors` with the rows it showed in and the
 * whole state of the learner, and `iteration-<n>.json` with the settings and a few numbers of each tensor.
 */
import { join } from 'node:path';
import { type Problem, UserError } from '../../base/failure/user-error.ts';
import { writeTensorFile } from '../../base/files/safetensors.ts';
import type { StoredTensor } from '../../base/files/tensor-bytes.ts';
import { writeAtomically } from '../../base/files/write-atomically.ts';
import type { Configuration } from '../configuration/read.ts';
import type { LearnerState } from '../learn/learner-state.ts';
import { type Finding, NotFiniteError } from '../numbers/not-finite.ts';
import type { Network } from '../policy/policy.ts';
import { listCheckpoints } from './checkpoint-files.ts';
import { learnerTensors } from './checkpoint-tensors.ts';
import type { RunProgress } from './progress.ts';

/** The training that it happened in. */
export interface DumpContext {
  readonly configuration: Configuration;
  readonly checkpointFolder: string;
  readonly dumpFolder?: string;
  readonly network: Network;
  /** As it was before the iteration. */
  readonly progress: RunProgress;
  readonly learner: LearnerState;
}

const NOT_FINITE = 'is not a finite number';

/** Whether that is what a training was stopped for: it would be again. */
export function isNotFinite({ what }: Problem): boolean {
  return what.endsWith(NOT_FINITE);
}

/** A number that is none as a UserError, with a dump of what led to it; any other error as it is. */
export function toldWithDump(error: unknown, context: DumpContext): unknown {
  if (!(error instanceof NotFiniteError)) return error;
  const { tensor, value, agent, place } = error.finding;
  const { iteration, step } = context.progress;
  const at = [`iteration ${iteration + 1}`, `after ${step} steps`, ...(place ? [place] : [])].join(', ');
  const [latest] = listCheckpoints(context.checkpointFolder);
  // Everything repeats exactly, and so will this, unless it came from a world that doesn't.
  const goOn = latest ? `go on from ${latest} with --resume` : 'begin again';
  return new UserError(
    {
      what: `the training stopped: ${tensor}${agent === undefined ? '' : ` of agent ${agent}`} ${NOT_FINITE}`,
      where: at,
      value,
      mend: `${dumpAndTell(error.finding, context)}${goOn}; where the learning itself went wrong, lower learning_rate first`,
    },
    { cause: error },
  );
}

/** A disk that is full must not hide what happened. */
function dumpAndTell(finding: Finding, context: DumpContext): string {
  if (context.dumpFolder === undefined) return '';
  try {
    return `look at ${writeDump(finding, context.dumpFolder, context)}, and `;
  } catch (error) {
    return `(what led to it could not be kept: ${(error as Error).message}) `;
  }
}

/** @returns the path of the JSON file. */
function writeDump({ evidence, ...finding }: Finding, folder: string, context: DumpContext): string {
  const { configuration, network, progress, learner } = context;
  const path = join(folder, `iteration-${String(progress.iteration + 1).padStart(6, '0')}`);
  const tensors = { ...evidence, ...learnerTensors(network, learner) };
  writeTensorFile(`${path}.safetensors`, { metadata: { format: 'gaitsmith-dump-1' }, tensors });
  const text = JSON.stringify(
    {
      // JSON has no word for NaN and the infinities.
      finding: { ...finding, value: String(finding.value) },
      progress,
      network,
      configuration,
      adamCounts: learner.optimiser.counts,
      normaliserRows: learner.normaliser.rows,
      tensors: Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, extremesOf(tensor)])),
    },
    null,
    2,
  );
  writeAtomically(`${path}.json`, `${text}\n`);
  return `${path}.json`;
}

/** Enough to see where to look. */
function extremesOf({ shape, data }: StoredTensor) {
  let [least, greatest, notFinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of data) {
    if (!Number.isFinite(value)) notFinite++;
    else [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
  }
  return { shape, notFinite, ...(notFinite < data.length ? { least, greatest } : {}) };
}
