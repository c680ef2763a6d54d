/** What `npm run view` does before there is a page to show. */
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../cli/command-line.ts';
import { text } from '../../cli/options.ts';
import { checkOptions } from '../../cli/parse-options.ts';
import { type Runs, viewCommand } from '../../viewer/server/command.ts';

describe('view --live, before its training has begun,', () => {
  /** The command beside a training that has begun once it was looked for so many times; it goes no further than to the run. */
  async function view(looksUntilItBegins: number, controller = new AbortController()) {
    const told: string[] = [];
    let looks = 0;
    const runs: Runs = {
      runsDir: { argument: 'FOLDER', description: 'where runs are', schema: text().default('runs') },
      list: () => [],
      hasBegun: () => ++looks > looksUntilItBegins,
      one: () => {
        throw new Error('the run was asked for');
      },
      policyOfCheckpoint: () => Promise.reject(new Error('no policy is wanted')),
    };
    const command = viewCommand(runs);
    const context = {
      terminal: { print: (line: string) => told.push(line) },
      interrupts: { signal: controller.signal },
    };
    const outcome = await command
      .run(checkOptions(command.options, { runId: 'mine', live: true }), context as unknown as CommandContext)
      .catch((error: Error) => error.message);
    return { told, looks, outcome };
  }

  it('says that it waits, and goes on once there is the run', async () => {
    const { told, looks, outcome } = await view(2);
    expect(told).toEqual(['No training mine has begun in runs yet: waiting for it (Ctrl-C ends this)']);
    expect(looks).toBe(3);
    expect(outcome).toBe('the run was asked for');
  });

  it('says nothing where the training has begun', async () => {
    expect(await view(0)).toEqual({ told: [], looks: 1, outcome: 'the run was asked for' });
  });

  it('ends without a page on Ctrl-C', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    expect((await view(1000, controller)).outcome).toEqual({ json: { address: null } });
  });
});
