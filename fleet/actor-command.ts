/** `npm run actor`: this machine does the jobs of others, until Ctrl-C. */
import { z } from 'zod';
import { commandText } from '../base/command-text.ts';
import { defineCommand } from '../cli/command-line.ts';
import { text, wholeNumber } from '../cli/options.ts';

export const actorOutput = z.strictObject({
  actor: z.string().describe('what it was called: machine and process'),
  version: z.string().describe('whose jobs it took'),
  done: z.int().describe('jobs that it has done'),
  failed: z.int(),
});

export const actorCommand = defineCommand({
  name: 'actor',
  typed: commandText('actor'),
  summary:
    'takes jobs that others share out through a Redis, does as many at once as there are cores, and ends with Ctrl-C; jobs under way are then given back',
  options: {
    queue: {
      argument: 'URL',
      description: 'the Redis: redis://HOST:6379, or rediss://USER:PASSWORD@HOST:6379 for one with TLS and a password',
      schema: text(),
    },
    workers: {
      argument: 'N',
      description: 'jobs at once (default: one a core)',
      schema: wholeNumber(1, 1024).optional(),
    },
  },
  output: [actorOutput],
  epilogue: `Example:\n  ${commandText('actor', '--queue redis://10.0.0.5:6379')}`,
  async run({ queue, workers }, { terminal, logger, progress, interrupts: { signal } }) {
    const { startActor } = await import('./actor.ts');
    const { fleetVersion } = await import('./version.ts');
    const version = await fleetVersion();
    const actor = await startActor({
      url: queue,
      version,
      processes: workers,
      say: (line) => logger.info(line),
      doing: (doing, done) => progress.update({ done, unit: 'jobs', fields: { now: doing.join(', ') } }),
    });
    terminal.print(`${actor.name}, version ${version}: waits for jobs`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await actor.stop();
    return { json: { actor: actor.name, version, ...actor.counts() }, exitCode: 0 };
  },
});
