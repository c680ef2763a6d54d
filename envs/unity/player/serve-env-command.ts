/**
 * `npm run serve-env`: the embedded Walker as a Unity player, for any ML-Agents trainer (docs/serve-env.md).
 *
 * This is also what the player runs that `npm run build` makes, so it takes the words that trainers start players with.
 */

import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { commandText } from '../../../base/command-text.ts';
import { nearestName } from '../../../base/failure/nearest-name.ts';
import { UserError } from '../../../base/failure/user-error.ts';
import { writeAtomically } from '../../../base/files/write-atomically.ts';
import { defineCommand } from '../../../cli/command-line.ts';
import { createLogger } from '../../../cli/logger.ts';
import { flag, flagOf, oneOf, portNumber, wholeNumber } from '../../../cli/options.ts';
import { createProgress } from '../../../cli/progress.ts';
import { openTerminal } from '../../../cli/terminal.ts';
import { defaultWorld, worldNames } from '../../walker/dialects.ts';
import { parameterLines } from '../../walker/parameters.ts';
import { EDITOR_PORT } from '../protocol/messages.ts';
import type { Account } from './account.ts';
import { splitWords } from './command-words.ts';
import { endings } from './ending.ts';

const options = {
  numAgents: {
    argument: 'N',
    description: "walkers (default: 10, as in Unity's scene)",
    schema: wholeNumber(1).default(10),
  },
  mlagentsPort: {
    argument: 'N',
    description: `where the trainer listens (default: ${EDITOR_PORT}, and wait until one does)`,
    schema: portNumber(1).optional(),
  },
  world: {
    argument: 'NAME',
    description: `which solver the world has: ${worldNames.join(', ')} (default: ${defaultWorld})`,
    schema: oneOf(worldNames).optional(),
  },
  workers: {
    argument: 'N',
    description: 'worker threads; what the walkers do is the same for any number (default: all cores)',
    schema: wholeNumber(1).default(availableParallelism()),
  },
  turns: {
    argument: 'N',
    description: 'parts that the walkers decide in, one after the other, so that some move while others wait',
    schema: wholeNumber(1).default(1),
  },
  endsApart: {
    description: "tell of an episode's end in a message of its own, when Unity would, and not with the next decision",
    schema: flag(),
  },
  realTime: { description: "let time pass no faster than the trainer's time scale says", schema: flag() },
};

/** Seconds that a trainer is waited for that was named and so must have been there first; ML-Agents waits as long. */
const PATIENCE = 60;

const MILLISECONDS_BETWEEN_REPORTS = 200;

/** What Unity takes for stdout where a log file is named. */
const STDOUT = '-';

const flags = {
  ...Object.fromEntries(Object.entries(options).map(([key, option]) => [flagOf(key), 'argument' in option])),
  '--json': false,
  '--help': false,
};

export const serveEnvCommand = defineCommand({
  name: 'serve-env',
  typed: commandText('serve-env'),
  summary: 'makes the embedded Walker behave like a Unity player, for any ML-Agents trainer to train on',
  options,
  output: [
    z.strictObject({
      ending: z.enum(endings).describe('why it ended'),
      exchanges: z.int().describe('messages to the trainer, and answers'),
      decisions: z.int(),
      episodes: z.int().describe('that have ended'),
      meanReward: z.number().nullable().describe('of those episodes'),
      rewards: z.array(z.number()).describe('sum of each walker'),
    }),
  ],
  flagsAmong: (words) => splitWords(words, flags).known,
  epilogue: [
    '-logFile PATH writes a log as Unity does, and to stdout for -; its other words (-batchmode, ...) are taken and do nothing.',
    '',
    "What the trainer's environment_parameters can set:",
    ...parameterLines().map((line) => `  ${line}`),
  ].join('\n'),
  async run({ numAgents, mlagentsPort, world, workers, turns, endsApart, realTime }, context) {
    if (endsApart && turns > 1) {
      throw new UserError({
        what: 'these two do not go together',
        where: '--ends-apart',
        value: `--turns ${turns}`,
        mend: 'leave one of them out',
      });
    }
    const { interrupts } = context;
    const { others, logFile } = splitWords(context.words, flags);
    const isLogShown = logFile === STDOUT;
    const file = isLogShown ? undefined : logFile;
    if (file !== undefined) writeAtomically(resolve(file), '');
    const terminal = isLogShown
      ? openTerminal(false, process.env, { stdout: process.stdout, stderr: process.stdout })
      : context.terminal;
    const logger = createLogger(terminal, file);
    const progress = createProgress({ terminal, label: 'serve-env', note: logger.note });
    for (const word of others) {
      const near = word.startsWith('--') ? nearestName(word, Object.keys(flags)) : undefined;
      if (near) logger.warn(`nothing here obeys ${word}; did you mean ${near}?`);
    }
    const { play } = await import('./player.ts');
    const { largestGroup } = await import('./message-size.ts');
    const { walkerWorldNamed } = await import('./walker-player.ts');
    const most = largestGroup(walkerWorldNamed(world).behavior);
    if (numAgents > most) {
      logger.warn(`more than ${most} walkers make messages that ML-Agents' own trainer does not take: 4 MiB and above`);
    }

    let shown = Number.NEGATIVE_INFINITY;
    try {
      const { ending, account } = await play(
        {
          world: walkerWorldNamed(world),
          trainer: mlagentsPort === undefined ? { port: EDITOR_PORT } : { port: mlagentsPort, patience: PATIENCE },
          agents: numAgents,
          workers,
          turns,
          endsApart,
          realTime,
        },
        {
          info: (message) => logger.info(message),
          warn: (message) => logger.warn(message),
          exchanged({ decisions, episodes, meanReward }) {
            if (performance.now() - shown < MILLISECONDS_BETWEEN_REPORTS) return;
            shown = performance.now();
            const fields = meanReward === null ? undefined : { episodes: `${episodes}`, reward: meanReward.toFixed(2) };
            progress.update({ done: decisions, unit: 'decisions', ...(fields ? { fields } : {}) });
          },
          signal: interrupts.signal,
        },
      );
      return { json: { ending, ...told(account) } };
    } catch (error) {
      logger.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
      throw error;
    } finally {
      progress.end();
    }
  },
});

function told({ exchanges, decisions, episodes, meanReward, rewards }: Account) {
  return { exchanges, decisions, episodes, meanReward, rewards: [...rewards] };
}
