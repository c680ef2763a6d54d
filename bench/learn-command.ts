/** `npm run bench -- learn`: how fast a configuration learns, with several seeds. */

import { availableParallelism, cpus } from 'node:os';
import { commandText } from '../base/command-text.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { text, wholeNumber } from '../cli/options.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { queueOption } from '../fleet/queue-option.ts';
import { readConfiguration } from '../train/configuration/read.ts';
import { learn, learnElsewhere } from './learn.ts';
import { type LearningRun, printLearning } from './learning-curve.ts';

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench learn',
      typed: commandText('bench', 'learn'),
      summary: 'trains from scratch with several seeds: reward against decisions and against the clock',
      options: {
        config: {
          argument: 'FILES',
          description: 'settings to train by, several with commas between them (default: config/walker-quick.yaml)',
          schema: text().default('config/walker-quick.yaml'),
        },
        maxSteps: {
          argument: 'N',
          description: 'decisions of each training',
          schema: wholeNumber(1).default(400_000),
        },
        seeds: { argument: 'N', description: 'seeds 1 to N', schema: wholeNumber(1).default(3) },
        points: { argument: 'N', description: 'points of each curve', schema: wholeNumber(1).default(8) },
        queue: queueOption,
        workers: {
          argument: 'N',
          description: 'worker threads (default: as in training)',
          schema: wholeNumber(1).default(availableParallelism()),
        },
      },
      async run({ config, maxSteps, seeds, points, workers, queue }, { terminal, logger, progress, interrupts }) {
        const configurations = config.split(',').map((file) => ({
          file,
          configuration: readConfiguration(file, behavior.name),
          runs: [] as LearningRun[],
        }));
        const total = configurations.length * seeds * maxSteps;
        let before = 0;
        if (queue !== undefined) {
          const { dispatcherOnQueue, LEFT_OFF } = await import('../fleet/on-queue.ts');
          const elsewhere = await dispatcherOnQueue(queue, 'bench-learn', (message) => logger.warn(message));
          try {
            const done = new Map<string, number>();
            const all = configurations.flatMap(({ file, configuration, runs }) =>
              Array.from({ length: seeds }, async (_, index) => {
                const onProgress = (step: number) => {
                  done.set(`${file} ${index}`, step);
                  progress.update({
                    done: [...done.values()].reduce((sum, each) => sum + each, 0),
                    total,
                    unit: 'steps',
                  });
                };
                const { signal } = interrupts;
                runs[index] = await learnElsewhere(elsewhere, {
                  ...{ configuration, seed: index + 1, maxSteps, points, onProgress, signal },
                });
              }),
            );
            await Promise.all(all);
          } finally {
            if (interrupts.signal.aborted) logger.warn(LEFT_OFF);
            await elsewhere.close();
          }
        }
        // Seed by seed, so that configurations to be compared share what the machine goes through.
        for (let seed = 1; seed <= seeds && queue === undefined; seed++) {
          for (const { configuration, runs } of configurations) {
            if (interrupts.signal.aborted) break;
            const onProgress = (step: number) => progress.update({ done: before + step, total, unit: 'steps' });
            const { signal } = interrupts;
            runs.push(await learn({ configuration, seed, maxSteps, workers, points, onProgress, signal }));
            before += maxSteps;
          }
        }
        progress.end();
        const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`;
        terminal.print(`${machine}; ${queue === undefined ? `${workers} workers` : 'shared out, each in one thread'}`);
        for (const { file, runs } of configurations) if (runs.length > 0) terminal.print(printLearning(file, runs));
        const configs = configurations.map(({ file, runs }) => ({ config: file, runs }));
        return { json: { machine, workers, max_steps: maxSteps, configs: configs } };
      },
    },
    argv,
  );
