/** `npm run queue`: what is in a Redis that work is shared out through. */
import { z } from 'zod';
import { commandText } from '../base/command-text.ts';
import { UserError } from '../base/failure/user-error.ts';
import { defineCommand } from '../cli/command-line.ts';
import { oneOf, text } from '../cli/options.ts';
import { plainTable } from '../cli/table.ts';
import { queueStatus } from './queue/status.ts';

const statusOutput = z
  .strictObject({
    queue: z.string().describe('its address, without the password'),
    memory: z.strictObject({
      used: z.number().describe('bytes'),
      most: z.number().describe('bytes that it may hold; 0: all there are'),
      policy: z.string().describe('what it does when it is full; it should be noeviction'),
    }),
    runs: z.array(
      z.strictObject({
        run: z.string(),
        version: z.string().nullable().describe('of Gaitsmith and what computes; null where nobody can read it'),
        waiting: z.int().describe('jobs'),
        active: z.int(),
        failed: z.int(),
        secondsSilent: z.number().describe('since who shares it out was last heard of'),
      }),
    ),
    actors: z.array(
      z.strictObject({
        name: z.string(),
        version: z.string(),
        processes: z.int(),
        doing: z.array(z.string()),
        done: z.int(),
        failed: z.int(),
      }),
    ),
  })
  .describe('With `status`:');

const clearOutput = z
  .strictObject({ run: z.string(), cleared: z.int().describe('keys') })
  .describe('With `clear RUN`:');

export const queueCommand = defineCommand({
  name: 'queue',
  typed: commandText('queue'),
  summary: 'tells what runs and actors there are in a Redis that work is shared out through, or clears a run out of it',
  options: {
    what: {
      argument: 'status|clear',
      bare: true,
      description: 'status tells what is there; clear, with --run-id, takes all of a run out of it',
      schema: oneOf(['status', 'clear']),
    },
    queue: { argument: 'URL', description: 'the Redis: redis://HOST:6379', schema: text() },
    runId: { argument: 'NAME', description: 'with clear: the run', schema: text().optional() },
  },
  output: [statusOutput, clearOutput],
  epilogue: `Examples:\n  ${commandText('queue', 'status --queue redis://10.0.0.5:6379')}\n  ${commandText('queue', 'clear --run-id walker-seed1 --queue redis://10.0.0.5:6379')}`,
  async run({ what, queue, runId }, { terminal }) {
    const status = await queueStatus(queue);
    try {
      if (what === 'clear') {
        if (runId === undefined) {
          throw new UserError({ what: 'this flag is needed', where: '--run-id', expected: '--run-id NAME' });
        }
        const cleared = await status.clear(runId);
        terminal.print(`${runId}: ${cleared} keys taken out`);
        return { json: { run: runId, cleared } };
      }
      const told = await status.read();
      const { used, most, policy } = told.memory;
      const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
      terminal.print(`${told.queue}: ${mebibytes(used)}${most > 0 ? ` of ${mebibytes(most)}` : ''}, ${policy}`);
      terminal.print(
        plainTable(
          ['run', 'waiting', 'active', 'failed', 'silent for', 'version'],
          told.runs.map(({ run, waiting, active, failed, secondsSilent, version }) => [
            run,
            ...[waiting, active, failed].map(String),
            `${secondsSilent.toFixed(0)} s`,
            version ?? '-',
          ]),
        ),
      );
      terminal.print(
        plainTable(
          ['actor', 'at once', 'done', 'failed', 'does', 'version'],
          told.actors.map(({ name, processes, done, failed, doing, version }) => [
            name,
            ...[processes, done, failed].map(String),
            doing.join(', '),
            version,
          ]),
        ),
      );
      return { json: told };
    } finally {
      status.close();
    }
  },
});
