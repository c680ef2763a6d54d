/** `npm run bench -- sim`: how fast the world is by itself, on one thread and on many. */

import { once } from 'node:events';
import { availableParallelism, cpus } from 'node:os';
import { commandText } from '../base/command-text.ts';
import { startWorker } from '../base/threads/start-worker.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { oneOf, wholeNumber } from '../cli/options.ts';
import { defaultWorld, worldNames } from '../envs/walker/dialects.ts';
import { outsidePhysics, printSim, sim } from './sim.ts';
import { printScaling, simScaling, workerCounts } from './sim-scaling.ts';
import { printSimulator, simulatorBesidePhysX } from './simulator.ts';

/** Decisions beside PhysX, and for each number of workers, at most: more of them say nothing more. */
const decisionsToScale = 10_000;

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench sim',
      typed: commandText('bench', 'sim'),
      summary:
        'measures the simulator beside PhysX, and the environment on it: where the time goes on one thread, more threads, memory',
      options: {
        decisions: {
          argument: 'N',
          description: 'decisions to measure; 1e6 to see that memory stays flat',
          schema: wholeNumber(1).default(5000),
        },
        agents: {
          argument: 'N',
          description: 'walkers on one thread',
          schema: wholeNumber(1).default(16),
        },
        world: {
          argument: 'NAME',
          description: `the world of the environment: ${worldNames.join(', ')} (default: ${defaultWorld})`,
          schema: oneOf(worldNames).default(defaultWorld),
        },
        workers: {
          argument: 'N',
          description: 'measure 1, 2, 4, ... worker threads up to this many (default: twice the cores)',
          schema: wholeNumber(1).default(2 * availableParallelism()),
        },
      },
      async run({ decisions, agents, world, workers }, { terminal, progress, interrupts }) {
        const perWalker = await megabytesPerWalker();
        const report = await sim({
          decisions,
          agents,
          world,
          onProgress: (done) => progress.update({ done, total: decisions, unit: 'decisions' }),
          signal: interrupts.signal,
        });
        progress.end();
        const beside = await simulatorBesidePhysX({
          decisions: Math.min(decisions, decisionsToScale),
          walkers: agents,
          signal: interrupts.signal,
        });
        const outside = await outsidePhysics(world, Math.min(decisions, decisionsToScale));
        const counts = interrupts.signal.aborted ? [] : workerCounts(workers);
        const scaling = await simScaling(counts, Math.min(decisions, decisionsToScale), world);
        const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}`;
        terminal.print(machine);
        terminal.print(printSimulator(beside));
        terminal.print(printSim(report));
        terminal.print(printScaling(scaling));
        terminal.print(`${perWalker.toFixed(2)} MB for each walker`);
        terminal.print(
          `outside of physics steps a decision of a roll-out takes ${outside.outside_us.toFixed(1)} us, the policy included; in the fastest tenth ${outside.outside_fast_us.toFixed(1)}`,
        );
        const json = { workers: scaling, ...report, ...beside, ...outside, mb_per_walker: perWalker, machine };
        return { json };
      },
    },
    argv,
  );

/** In a thread of its own, whose end frees what it took. */
async function megabytesPerWalker(): Promise<number> {
  const worker = startWorker(new URL('./walker-memory-worker.ts', import.meta.url), {});
  const [megabytes] = (await once(worker, 'message')) as [number];
  await once(worker, 'exit');
  return megabytes;
}
