/**
 * Runs the stages in order, each as a process of its own, and skips what is up to date.
 *
 * A process of its own means that a stage that crashes in native code takes nothing with it, and that one command and the
 * pipeline do exactly the same. What a stage did is read back from run.json. The pipeline holds the lock of the run folder
 * from the first stage to the last; its stages join with the lock's token.
 */

import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { commandText } from '../base/command-text.ts';
import { LOCK_TOKEN_VARIABLE, lockFolder } from '../base/files/lock-folder.ts';
import type { InterruptMessage, Interrupts } from '../cli/interrupts.ts';
import { argumentsOf, checkOptions, commandLineText, type Given } from '../cli/parse-options.ts';
import type { Terminal } from '../cli/terminal.ts';
import { readManifest, recordStage, type StageRecord } from './manifest.ts';
import { isSound, type PipelineStep } from './pipeline-step.ts';
import type { RunFolder } from './run-folder.ts';
import { checkStage, type Stage } from './stage.ts';
import { hashInputs, reasonToRun } from './up-to-date.ts';

export interface PipelineRun {
  readonly run: RunFolder;
  /** What the user typed: each stage gets what belongs to it. */
  readonly given: Given;
  readonly from?: string | undefined;
  readonly only?: string | undefined;
  readonly force: boolean;
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
  /** stdout is kept free for the JSON. */
  readonly json: boolean;
  /** Nothing is shown of what stages say, but their warnings and errors. */
  readonly quiet?: boolean;
  /** How a stage's command is started: a program and its first arguments; the same as this process where not said. */
  readonly launch?: Launch;
}

export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  /** Shows nothing of what the stages say. */
  readonly quiet?: boolean;
}

/** A killed stage gets this long to write its record; then it is ended for good. */
const MILLISECONDS_TO_END = 2_000;

/**
 * @returns one step for each stage, in order; after one that failed or was interrupted, the others were not run.
 * @throws UserError where nothing could begin: wrong options, a folder in use, a damaged run.json.
 */
export async function runPipeline(stages: readonly Stage[], setup: PipelineRun): Promise<PipelineStep[]> {
  const { run, given, only, terminal, interrupts } = setup;
  const chosen = stages.filter((stage) => only === undefined || stage.name === only);
  const left = leftOut(chosen, setup);
  for (const stage of chosen) {
    if (!left.has(stage)) await checkStage(stage, checkOptions(stage.options, given), setup.force);
  }
  // Before a folder is made: a mistyped run id or configuration should not leave one behind.
  const [first] = chosen;
  if (first && !existsSync(run.path)) await hashInputs(first, checkOptions(first.options, given), run);
  const lock = lockFolder(run.lock, {
    purpose: commandLineText(commandText('pipeline'), given),
    elsewhere: 'name another run with --run-id',
  });
  const steps: PipelineStep[] = [];
  try {
    readManifest(run); // damaged or not: to be told now, not after the training
    for (const stage of chosen) {
      const isStopped = steps.some(({ result }) => !isSound(result));
      if (isStopped || interrupts.signal.aborted) {
        steps.push({ stage: stage.name, result: interrupts.signal.aborted && !isStopped ? 'interrupted' : 'not run' });
        continue;
      }
      const heading = terminal.color.bold(`[${steps.length + 1}/${chosen.length}] ${stage.name}`);
      const tell = (what: string) => terminal.print(`${heading}: ${what}`);
      const why = left.get(stage);
      if (why !== undefined) {
        tell(`left out: ${why}`);
        steps.push({ stage: stage.name, result: 'left out' });
        continue;
      }
      steps.push(await runStep(stage, isDemanded(stage, stages, setup), lock.token, tell, setup));
    }
  } finally {
    lock.release();
  }
  return steps;
}

/** Stages that the options leave out, with why; never one that the user named. */
function leftOut(stages: readonly Stage[], { run, given, only, from }: PipelineRun): Map<Stage, string> {
  const named = only ?? from;
  const entries = stages.flatMap((stage): [Stage, string][] => {
    const why = stage.name === named ? undefined : stage.leftOut?.(checkOptions(stage.options, given), run);
    return why === undefined ? [] : [[stage, why]];
  });
  return new Map(entries);
}

/** Whether the user said that it has to run. */
function isDemanded(stage: Stage, stages: readonly Stage[], { from, only, force }: PipelineRun): boolean {
  if (only === stage.name) return true;
  if (from === undefined) return force;
  return stages.indexOf(stage) >= stages.findIndex(({ name }) => name === from);
}

async function runStep(
  stage: Stage,
  isDemandedByUser: boolean,
  lockToken: string,
  tell: (what: string) => void,
  setup: PipelineRun,
): Promise<PipelineStep> {
  const { run, given, terminal } = setup;
  const last = readManifest(run).stages[stage.name];
  const flags = flagsFor(stage, checkOptions(stage.options, given), last, isDemandedByUser, setup);
  // As it will run: what it goes on from may have its inputs.
  const options = checkOptions(stage.options, flags);
  try {
    const reason = reasonToRun(last, await hashInputs(stage, options, run), run);
    if (!reason && !isDemandedByUser) {
      tell('up to date');
      for (const warning of last?.warnings ?? []) terminal.printError(terminal.color.yellow(`warning: ${warning}`));
      return { stage: stage.name, result: 'up to date', record: last };
    }
    tell(isDemandedByUser ? 'runs, as asked' : `runs (${reason})`);
  } catch (error) {
    return { stage: stage.name, result: 'failed', error };
  }
  const record = await runChild(stage, flags, lockToken, setup);
  return { stage: stage.name, result: record.status === 'running' ? 'failed' : record.status, record };
}

/**
 * The flags that belong to the stage. Where it can go on from what an earlier run left, it is told to, unless --force said
 * otherwise; a stage that was done and is asked for again (--from, --only) begins afresh, but where --resume was said.
 */
function flagsFor(
  stage: Stage,
  options: Record<string, unknown>,
  last: StageRecord | undefined,
  isDemandedByUser: boolean,
  { run, given, force }: PipelineRun,
): Given {
  const own = Object.keys(given).filter((key) => key in stage.options || key === 'runsDir');
  const flags: Record<string, string | true> = { runId: run.id };
  for (const key of own) flags[key] = given[key]!;
  const isResumed = stage.resume && options[stage.resume.option] === true;
  const isFresh = isDemandedByUser && !isResumed && (force || last?.status === 'done');
  if (isFresh) flags['force'] = true;
  else if (stage.resume?.possible(options, run, last)) flags[stage.resume.option] = true;
  return flags;
}

/** Runs the stage's own command and returns what it recorded. */
async function runChild(stage: Stage, flags: Given, lockToken: string, setup: PipelineRun): Promise<StageRecord> {
  const { run, interrupts, json, quiet = false, launch = sameAsThisProcess() } = setup;
  const started = new Date().toISOString();
  const child = execa(launch.file, [...launch.args, stage.name, ...argumentsOf(flags)], {
    stdin: 'inherit',
    stdout: launch.quiet || quiet ? 'ignore' : json ? process.stderr : 'inherit',
    stderr: launch.quiet ? 'ignore' : 'inherit',
    ipc: true,
    buffer: false,
    reject: false,
    env: { [LOCK_TOKEN_VARIABLE]: lockToken },
  });
  const stopForwarding = forwardInterrupts(child, interrupts);
  const { exitCode, signal, originalMessage } = await child;
  stopForwarding();

  const record = readManifest(run).stages[stage.name];
  if (record && record.pid === child.pid && record.status !== 'running') return record;
  // It ended without a word: killed, or in trouble before it could begin.
  const how = signal ? `was killed by ${signal}` : (originalMessage ?? `ended with exit code ${exitCode}`);
  const hint = signal === 'SIGKILL' ? ' (as a system does that runs out of memory)' : '';
  const reason = `its process ${how}${hint}`;
  const status = interrupts.signal.aborted ? 'interrupted' : 'failed';
  if (record?.pid === child.pid) {
    const ended = { ...record!, status, reason, seconds: secondsSince(record!.started) } as const;
    recordStage(run, stage.name, ended);
    return ended;
  }
  return {
    status,
    reason: `${reason} before it began`,
    started,
    seconds: secondsSince(started),
    pid: child.pid ?? 0,
    command: commandLineText(commandText(stage.name), flags),
    inputs: { files: {}, settings: null },
    outputs: {},
    versions: { gaitsmith: '', node: process.versions.node, platform: process.platform, commit: null, dirty: null },
  };
}

/** As much of execa's subprocess as is needed. */
interface Interruptible {
  sendMessage(message: InterruptMessage): Promise<unknown>;
  kill(signal: 'SIGKILL'): unknown;
}

/**
 * The first Ctrl-C asks the stage to save, the second to end at once. Both go as messages: a terminal has sent the signal
 * to the stage already, and Windows could not send one at all.
 */
function forwardInterrupts(child: Interruptible, interrupts: Interrupts): () => void {
  let timer: NodeJS.Timeout | undefined;
  const send = (gaitsmith: InterruptMessage['gaitsmith']) => {
    const message: InterruptMessage = { gaitsmith, signal: 'SIGINT' };
    child.sendMessage(message).catch(() => {}); // it is gone already
  };
  const onInterrupt = () => send('interrupt');
  interrupts.signal.addEventListener('abort', onInterrupt);
  interrupts.onSecond(() => {
    send('end');
    timer ??= setTimeout(() => child.kill('SIGKILL'), MILLISECONDS_TO_END);
  });
  return () => {
    interrupts.signal.removeEventListener('abort', onInterrupt);
    interrupts.onSecond(undefined);
    clearTimeout(timer);
  };
}

/** Node with the same loader and the same script; a debugger's port can't be used twice. */
function sameAsThisProcess(): Launch {
  const loader = process.execArgv.filter((argument) => !argument.startsWith('--inspect'));
  return { file: process.execPath, args: [...loader, process.argv[1]!] };
}

function secondsSince(time: string): number {
  return (Date.now() - Date.parse(time)) / 1000;
}
