/** `npm run sweep`: many trainings by settings that a file says, the hopeless ones stopped early, and the best configuration as a file. */
import { availableParallelism, hostname } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { commandText, quoted } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { sha256 } from '../base/files/hash.ts';
import { lockFolder } from '../base/files/lock-folder.ts';
import { writeAtomically } from '../base/files/write-atomically.ts';
import { type CommandContext, type CommandLine, defineCommand } from '../cli/command-line.ts';
import { flag, type OptionSpec, type OptionsOf, text, wholeNumber } from '../cli/options.ts';
import { commandLineText } from '../cli/parse-options.ts';
import { queueOption } from '../fleet/queue-option.ts';
import { sweepOutput } from './output.ts';
import type { SweptWorld } from './world.ts';

/** Finds the world of whom a configuration trains, with what is laid over it. */
type WorldOf = (file: string, set: readonly string[]) => Promise<SweptWorld>;

function optionsWith(runsDir: OptionSpec<string>) {
  return {
    file: {
      argument: 'FILE',
      bare: true,
      description: 'the sweep file (default: sweep.yaml)',
      schema: text().default('sweep.yaml'),
    },
    runsDir,
    out: {
      argument: 'FOLDER',
      description: 'where it is kept, and goes on from (default: the name of the file, among the runs)',
      schema: text().optional(),
    },
    processes: {
      argument: 'N',
      description:
        'trainings side by side on this machine; the result is the same for any number (default: one a core)',
      schema: wholeNumber(1, 1024).optional(),
    },
    queue: queueOption,
    force: { description: 'begin afresh, whatever an earlier sweep left in its folder', schema: flag() },
  };
}

type Options = ReturnType<typeof optionsWith>;

/** @param runsDir the option that says where runs are kept. */
export function sweepCommand(runsDir: OptionSpec<string>, worldOf: WorldOf): CommandLine<Options> {
  return defineCommand({
    name: 'sweep',
    typed: commandText('sweep'),
    summary: 'tries settings in many trainings, stops the hopeless ones, and writes the best configuration as a file',
    options: optionsWith(runsDir),
    output: sweepOutput,
    epilogue: [
      'Example of a sweep file:',
      '  config: config/walker-quick.yaml',
      '  set: [gaitsmith.phases=null]',
      '  kind: random            # grid, random, halving or pbt',
      '  trials: 8',
      '  decisions: 300000       # of one training',
      '  settings:',
      '    hyperparameters.learning_rate: { log_uniform: [1e-4, 1e-3] }',
      '    hyperparameters.num_epoch: [2, 4, 8]',
    ].join('\n'),
    run: (options, context) => sweep(options, context, worldOf),
  });
}

async function sweep(options: OptionsOf<Options>, context: CommandContext, worldOf: WorldOf) {
  const { terminal, logger, progress, interrupts, given } = context;
  const { readSweep, sweptWorldOf } = await import('./read-sweep.ts');
  const { SweepFolder } = await import('./sweep-folder.ts');
  const { runSweep } = await import('./run-sweep.ts');
  const { SweepProgress } = await import('./sweep-progress.ts');
  const world = await sweptWorldOf(options.file, worldOf);
  const read = readSweep(options.file, world);
  const name = basename(options.file).replace(/\.ya?ml$/, '');
  const folder = new SweepFolder(options.out ?? join(options.runsDir, name));
  const goOn = commandLineText(commandText('sweep', quoted(options.file)), withoutForce(given));
  const lock = lockFolder(folder.lock, { purpose: goOn, elsewhere: 'name another folder with --out' });
  try {
    folder.claim(read, options.force);
    for (const warning of read.warnings) logger.warn(warning);
    const runner = await runnerOf(options, world, runName(folder.path), (message) => logger.warn(message));
    const tell = new SweepProgress(read, terminal, progress);
    tell.begin(runner.told, folder.path);
    let end: Awaited<ReturnType<typeof runSweep>>;
    try {
      end = await runSweep(read, world, folder, runner, { ...tell.hooks, signal: interrupts.signal });
    } finally {
      await runner.close();
      progress.end();
    }
    if (end.interrupted) return { json: { interrupted: true, folder: folder.path }, goOn };
    return await told(end.history, { read, world, folder }, context);
  } finally {
    lock.release();
  }
}

async function runnerOf(
  { processes, queue }: OptionsOf<Options>,
  { module, behavior }: SweptWorld,
  run: string,
  warn: (message: string) => void,
) {
  if (queue === undefined) {
    const { localProcesses } = await import('./local-processes.ts');
    return localProcesses({ processes: processes ?? availableParallelism(), module });
  }
  const { queueDispatcher } = await import('../fleet/queue/dispatcher.ts');
  const { queueAddress } = await import('../fleet/queue/address.ts');
  const { fleetVersion } = await import('../fleet/version.ts');
  const { dispatchedRunner } = await import('./queue-runner.ts');
  const version = await fleetVersion();
  const dispatcher = await queueDispatcher({ url: queue, run, version, warn, ownProcesses: processes });
  return dispatchedRunner(dispatcher, `the queue ${queueAddress(queue).shown}`, behavior.name);
}

/** What it is called in the queue: the same for the same folder, and no other sweep's. */
function runName(folder: string): string {
  const own = sha256(`${hostname()} ${resolve(folder)}`).slice(0, 8);
  return `sweep-${basename(folder)
    .replace(/[^\w.-]/g, '-')
    .slice(0, 40)}-${own}`;
}

/** Writes what came of it, and tells it. */
async function told(
  history: Parameters<typeof import('./best.ts').writeBest>[3],
  {
    read,
    world,
    folder,
  }: Pick<import('./report-page.ts').SweepTold, 'read' | 'folder'> & { readonly world: SweptWorld },
  { terminal }: CommandContext,
) {
  const { candidatesOf, winnerOf } = await import('./outcome.ts');
  const { writeBest } = await import('./best.ts');
  const { sweepPage } = await import('./report-page.ts');
  const { candidatesText, leadText, toldAsJson } = await import('./told.ts');
  const candidates = candidatesOf(read.sweep, history);
  const winner = winnerOf(candidates);
  const best = winner && writeBest(read, world, folder, history, winner);
  const json = toldAsJson(read, folder.path, { history, candidates, best, report: folder.report });
  const text = `${JSON.stringify(json, undefined, 2)}\n`;
  writeAtomically(folder.results, text);
  writeAtomically(folder.report, sweepPage({ read, folder, history, candidates, best }, sha256(text)));
  terminal.print(`\n${candidatesText(read, candidates)}\n`);
  const lead = leadText(candidates);
  if (lead) terminal.print(lead);
  terminal.print(`The page: ${folder.report}`);
  if (!best) {
    const [first] = candidates;
    const error = new UserError({
      what: `every candidate has failed, ${first?.name} for: ${first?.why}`,
      where: read.path,
      mend: 'try smaller learning rates, or look at one of them by itself with its config.yaml in the folder',
    });
    return { json, error };
  }
  terminal.print(`The best configuration: ${best.config}. To train by it:\n  ${best.train}`);
  terminal.print(`Its policy is there already. To export it:\n  ${best.export}`);
  return { json };
}

function withoutForce({ force: _, file: __, ...given }: CommandContext['given']): CommandContext['given'] {
  return given;
}
