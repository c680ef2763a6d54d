/**
 * Runs one stage in this process, with all the bookkeeping around it: the folder is locked, run.json says `running`, then
 * `done`, `failed` or `interrupted`, with inputs and outputs hashed, and everything said is kept in logs/<stage>.log.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { lockFolder } from '../base/files/lock-folder.ts';
import { removeLeftovers } from '../base/files/write-atomically.ts';
import { toJson } from '../base/json.ts';
import { durationText } from '../cli/duration.ts';
import { createLogger } from '../cli/logger.ts';
import { createProgress } from '../cli/progress.ts';
import type { Terminal } from '../cli/terminal.ts';
import { readManifest, recordStage, type StageRecord } from './manifest.ts';
import type { RunFolder } from './run-folder.ts';
import { checkStage, type Stage, type StageResult } from './stage.ts';
import { hashInputs, hashOutputs } from './up-to-date.ts';
import { machine, versions } from './versions.ts';

export interface StageRun {
  readonly run: RunFolder;
  readonly options: Record<string, unknown>;
  readonly force: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** The command line that does the same again. */
  readonly command: string;
  /** Of the pipeline that holds the lock and runs this stage as its child. */
  readonly lockToken?: string | undefined;
}

export interface StageOutcome {
  readonly record: StageRecord;
  /** What was thrown, where it failed. */
  readonly error?: unknown;
}

/**
 * @throws UserError where it could not even begin (wrong options, a missing input, a folder in use): nothing is then
 * recorded, for nothing was done.
 */
export async function runStage(stage: Stage, setup: StageRun): Promise<StageOutcome> {
  const { run, options, force } = setup;
  await checkStage(stage, options, force);
  // Before a folder is made: a mistyped run id should not leave one behind.
  if (!existsSync(run.path)) await hashInputs(stage, options, run);
  const lock = lockFolder(run.lock, {
    purpose: setup.command,
    elsewhere: 'name another run with --run-id',
    token: setup.lockToken,
  });
  try {
    return await runLocked(stage, setup);
  } finally {
    lock.release();
  }
}

async function runLocked(stage: Stage, setup: StageRun): Promise<StageOutcome> {
  const { run, options, force, terminal, signal, command } = setup;
  for (const folder of [run.path, run.checkpoints]) removeLeftovers(folder);
  const last = readManifest(run).stages[stage.name];
  const inputs = await hashInputs(stage, options, run);
  const logger = createLogger(terminal, join(run.logs, `${stage.name}.log`));
  const progress = createProgress({ terminal, label: stage.name, note: logger.note });
  const began = performance.now();
  const running: StageRecord = {
    status: 'running',
    started: new Date().toISOString(),
    seconds: 0,
    pid: process.pid,
    command,
    inputs,
    outputs: {},
    versions: versions(),
    machine: machine(),
  };
  const end = (rest: Partial<StageRecord>): StageRecord => {
    const record = { ...running, ...rest, seconds: Math.round(performance.now() - began) / 1000 };
    recordStage(run, stage.name, record);
    return record;
  };
  logger.note(`--- ${command}`);
  recordStage(run, stage.name, running);
  const stopWatching = recordSuddenEnd(signal, end);
  let secondsToEnd: () => number | undefined = () => undefined;
  const endsIn = (seconds: () => number | undefined) => {
    secondsToEnd = seconds;
  };
  const onInterrupt = () => {
    const seconds = secondsToEnd();
    const within = seconds === undefined ? '' : `, which takes about ${seconds} s`;
    logger.warn(`interrupted: finishing what is under way and saving${within}; once more ends at once`);
  };
  signal.addEventListener('abort', onInterrupt);
  try {
    const warnings: string[] = [];
    const warn = (message: string) => {
      warnings.push(message);
      logger.warn(message);
    };
    const result = await stage.run(options, {
      run,
      logger: { ...logger, warn },
      progress,
      signal,
      endsIn,
      force,
      last,
    });
    progress.end();
    const record = end({ ...recordOf(stage, result, run), ...(warnings.length === 0 ? {} : { warnings }) });
    logger.note(`${record.status} in ${durationText(record.seconds)}: ${record.reason ?? record.summary}`);
    return record.status === 'failed' ? { record, error: new UserError({ what: record.reason! }) } : { record };
  } catch (error) {
    progress.end();
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    if (wasInterrupted(error, signal)) return { record: end({ status: 'interrupted', reason: message }) };
    logger.note(`failed: ${error instanceof UserError ? message : stack}`);
    const wouldFailAgain = error instanceof UserError;
    return { record: end({ status: 'failed', reason: message, wouldFailAgain }), error };
  } finally {
    signal.removeEventListener('abort', onInterrupt);
    stopWatching();
  }
}

function recordOf(stage: Stage, result: StageResult, run: RunFolder): Partial<StageRecord> {
  const { summary, details, ended = 'done', reason } = result;
  const why = ended === 'failed' ? (reason ?? summary) : reason;
  const failed = ended === 'failed' ? { wouldFailAgain: true } : {};
  const outputs = hashOutputs(stage, result.outputs, run);
  return {
    status: ended,
    summary,
    details: toJson(details),
    outputs,
    ...(why === undefined ? {} : { reason: why }),
    ...failed,
  };
}

/** A process that ends in the middle of a stage (a second Ctrl-C, an error in a callback) still says so in run.json. */
function recordSuddenEnd(signal: AbortSignal, end: (rest: Partial<StageRecord>) => unknown): () => void {
  let uncaught: Error | undefined;
  const onUncaught = (error: Error) => {
    uncaught = error;
  };
  const onExit = () => {
    const status = signal.aborted && !uncaught ? 'interrupted' : 'failed';
    const reason = uncaught?.message ?? (signal.aborted ? 'ended at once' : 'the process ended before the stage did');
    try {
      end({ status, reason });
    } catch {
      // The record then says `running`, which the next run understands as well.
    }
  };
  process.on('uncaughtExceptionMonitor', onUncaught);
  process.prependListener('exit', onExit); // while the lock is still held
  return () => {
    process.off('uncaughtExceptionMonitor', onUncaught);
    process.off('exit', onExit);
  };
}

function wasInterrupted(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (error === signal.reason || (error as Error)?.name === 'AbortError');
}
