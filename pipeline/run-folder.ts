/**
 * Where everything of one run lies: `runs/<run-id>/` and the names in it.
 */
import paths from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { fromHere } from '../base/files/from-here.ts';
import { flagsText } from '../cli/parse-options.ts';

export interface RunFolder {
  readonly id: string;
  /** The folder itself, as the user would write it: "runs/walker". */
  readonly path: string;
  /** The flags that name it, for a command to show: "--run-id walker". */
  readonly flags: string;
  /** All settings of the training, resolved. */
  readonly config: string;
  /** Stages, inputs, outputs, hashes, versions. See `manifest.ts`. */
  readonly manifest: string;
  /** One JSON object a line: of each iteration, and of each held-out evaluation. */
  readonly metrics: string;
  readonly checkpoints: string;
  /** What led to a NaN, where a training met one. See `train/keep/dump.ts`. */
  readonly dumps: string;
  readonly policy: string;
  readonly validation: string;
  /** Of `npm run evaluate -- --report` and `npm run regress -- --report`, where somebody put them there. */
  readonly evaluation: string;
  readonly regression: string;
  /** A page for people: see `report/`. */
  readonly report: string;
  readonly logs: string;
  /** Held by the process that works here. See `base/files/lock-folder.ts`. */
  readonly lock: string;
}

/**
 * @param id letters, digits, '.', '_' and '-': it becomes the name of a folder.
 * @throws UserError where it is anything else.
 */
export function runFolder(id: string, runsDir = 'runs'): RunFolder {
  if (!isRunId(id)) {
    throw new UserError({
      what: 'a run id names a folder, and this one can not',
      where: '--run-id',
      value: id,
      expected: 'letters, digits, ".", "_" and "-", beginning with a letter or a digit, 100 at most',
    });
  }
  const { join } = paths;
  const path = join(runsDir, id);
  return {
    id,
    path,
    flags: flagsText(runsDir === 'runs' ? { runId: id } : { runId: id, runsDir }),
    config: join(path, 'config.yaml'),
    manifest: join(path, 'run.json'),
    metrics: join(path, 'metrics.jsonl'),
    checkpoints: join(path, 'checkpoints'),
    dumps: join(path, 'dumps'),
    policy: join(path, 'policy.onnx'),
    validation: join(path, 'validation.json'),
    evaluation: join(path, 'evaluation.json'),
    regression: join(path, 'regression.json'),
    report: join(path, 'report.html'),
    logs: join(path, 'logs'),
    lock: join(path, 'run.lock'),
  };
}

/** Whether a run may be called so. */
export function isRunId(id: string): boolean {
  // Windows opens a device for some names and drops a final dot: no run may be made on Linux that can't be copied there.
  const isDevice = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(id);
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id) && !id.endsWith('.') && !isDevice;
}

/**
 * How a path is written into run.json: relative to the run folder where it lies in it, so that a run can be moved.
 *
 * @param system how paths are spelt; a test hands in that of another system.
 */
export function recordedPath(run: Pick<RunFolder, 'path'>, path: string, system: paths.PlatformPath = paths): string {
  const { isAbsolute, relative, resolve, sep } = system;
  const inside = relative(resolve(run.path), resolve(path));
  const isOutside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return isOutside ? resolve(path) : inside.split(sep).join('/');
}

/** A path from run.json for a person to read: relative to where they stand where it lies below. */
export function shownPath(run: RunFolder, recorded: string): string {
  const path = pathOfRecorded(run, recorded);
  return paths.isAbsolute(path) ? fromHere(path) : path;
}

/** The file that a path in run.json means. */
export function pathOfRecorded(run: Pick<RunFolder, 'path'>, recorded: string, { isAbsolute, join } = paths): string {
  return isAbsolute(recorded) ? recorded : join(run.path, recorded);
}
