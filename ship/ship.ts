/** Puts a run's policy among those that are shipped: policy, checkpoint, settings and card, all of them or none. */

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { clearLeftovers, writeAllOrNothing } from '../base/files/all-or-nothing.ts';
import { realDisk } from '../base/files/disk.ts';
import { sha256 } from '../base/files/hash.ts';
import { SHIPPED_WALKER, shippedFiles } from '../models/shipped.ts';
import { decodeModel } from '../onnx/decode.ts';
import { spreadRows } from '../train/collect/rows.ts';
import { type Checkpoint, encodeCheckpoint, readCheckpoint } from '../train/keep/checkpoint.ts';
import { policyOf } from '../train/policy/policy-average.ts';
import { readReport } from '../validate/report.ts';
import { type Card, readElsewhereReport, readEvaluationReport } from './shipped-walker.ts';

/** Observations kept with a shipped checkpoint: as many as validation wants, and a few more. */
const SAMPLE_ROWS = 1024;

/** Where what a run made lies, as whoever keeps runs tells it. */
export interface ShippableRun {
  readonly id: string;
  /** The folder itself. */
  readonly path: string;
  /** The flags that name it, for a command to show. */
  readonly flags: string;
  readonly config: string;
  readonly policy: string;
  readonly validation: string;
  /** Held by the process that works there. */
  readonly lock: string;
  /**
   * Path of the checkpoint that the policy was exported from.
   *
   * @throws UserError where that is another one by now, or gone.
   */
  exportedCheckpoint(): string;
}

/**
 * @param report path of the evaluation of this very policy.
 * @param folder where the shipped walker lies afterwards.
 * @param elsewhere paths of its evaluations in other worlds, for the card alone.
 * @throws UserError where the policy is not exported, validated and evaluated as it is; nothing is then changed.
 */
export function ship(run: ShippableRun, report: string, folder: string, elsewhere: readonly string[] = []): Card {
  const policy = read(run.policy, commandText('export', run.flags));
  const { passed, sha256: validated } = readReport(run.validation, run.flags);
  const hash = sha256(policy);
  if (!passed || validated !== hash) {
    throw new UserError({
      what: passed ? 'this file is not the one that was validated' : 'this file did not pass validation',
      where: run.policy,
      mend: commandText('validate', run.flags),
    });
  }
  const {
    sha256: evaluated,
    seed: evaluationSeed,
    episodes,
    world,
    character,
    ...scores
  } = readEvaluationReport(report);
  const { reward, reward_ci95, falls_share, bands } = scores;
  refuseOther(evaluated, hash, report, run.policy);
  const { metadata } = decodeModel(policy, run.policy);
  const other = character === undefined ? undefined : metadata['gaitsmith.behavior'];
  if (other !== undefined) refuseWalkersPlace(folder, other);
  const others = elsewhere.map((path) => {
    const { sha256: evaluatedThere, ...scored } = readElsewhereReport(path);
    refuseOther(evaluatedThere, hash, path, run.policy);
    return scored;
  });
  const checkpoint = asShipped(policyOf(readCheckpoint(run.exportedCheckpoint())));
  const config = read(run.config, commandText('train', run.flags));
  if (metadata['gaitsmith.config'] !== sha256(config)) {
    throw new UserError({
      what: 'these are other settings than those that the policy was trained by',
      where: run.config,
      mend: `${commandText('export', `${run.flags} --checkpoint latest`)}, then validate and evaluate that`,
    });
  }

  const settings = withoutStart(config);
  const { step, startedFrom, seed } = checkpoint.progress;
  const checkpointBytes = encodeCheckpoint(checkpoint);
  const files = shippedFiles(folder, other?.toLowerCase());
  const card: Card = {
    sha256: hash,
    checkpoint_sha256: sha256(checkpointBytes),
    run: run.id,
    ...(other === undefined ? {} : { character: other }),
    commit: metadata['gaitsmith.commit'] ?? null,
    config: 'config.yaml',
    config_sha256: sha256(settings),
    seed,
    steps: step + (startedFrom?.steps ?? 0),
    evaluation: { seed: evaluationSeed, episodes },
    world,
    reward,
    reward_ci95,
    falls_share,
    bands,
    ...(others.length > 0 ? { elsewhere: others } : {}),
  };
  for (const path of Object.values(files)) clearLeftovers(path, realDisk);
  // The card last: it is what says that the others belong together.
  writeAllOrNothing(
    missingFolders(folder),
    [
      { path: files.checkpoint, bytes: checkpointBytes },
      { path: files.config, bytes: settings },
      { path: files.policy, bytes: policy },
      { path: files.card, bytes: Buffer.from(`${JSON.stringify(card, null, 2)}\n`) },
    ],
    realDisk,
  );
  return card;
}

function refuseWalkersPlace(folder: string, name: string): void {
  if (resolve(folder) !== resolve(SHIPPED_WALKER)) return;
  throw new UserError({
    what: `this is a policy of ${name}, and must not take the Walker's place`,
    where: '--to',
    value: folder,
    mend: `name a folder for it: --to models/${name.toLowerCase()}`,
  });
}

function refuseOther(evaluated: string, hash: string, report: string, policy: string): void {
  if (evaluated === hash) return;
  throw new UserError({
    what: `this report is about another policy than ${policy}`,
    where: report,
    value: evaluated,
    expected: hash,
  });
}

/** Enough to start another run from, and no more: it goes into version control. Files of the machine that trained are named without their folders. */
function asShipped({ snapshots, summary, average, sample, progress, origin, ...learnt }: Checkpoint): Checkpoint {
  const { startedFrom } = progress;
  const start = startedFrom && { startedFrom: { ...startedFrom, checkpoint: basename(startedFrom.checkpoint) } };
  return {
    ...learnt,
    progress: { ...progress, ...start },
    ...(origin ? { origin: { ...origin, file: basename(origin.file) } } : {}),
    sample: spreadRows(sample, learnt.network.observationSize, SAMPLE_ROWS),
  };
}

function read(path: string, mend: string): Buffer {
  if (!existsSync(path)) throw new UserError({ what: 'there is no such file', where: path, mend });
  return readFileSync(path);
}

/** Outermost first. */
function missingFolders(folder: string): string[] {
  return existsSync(folder) ? [] : [...missingFolders(dirname(folder)), folder];
}

/** Settings without the file that their run began with: it lies on the machine that trained, and the checkpoint takes its place. */
function withoutStart(config: Uint8Array): Buffer {
  return Buffer.from(
    Buffer.from(config)
      .toString('utf8')
      .replace(/^ *init_path:.*\n/m, ''),
  );
}
