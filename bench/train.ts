/** How fast training goes: agent decisions a second, collecting and learning apart, and the peak memory. */

import { availableParallelism, cpus } from 'node:os';
import { commandText } from '../base/command-text.ts';
import { runCommandLine } from '../cli/command-line.ts';
import { text, wholeNumber } from '../cli/options.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { readConfiguration } from '../train/configuration/read.ts';
import type { IterationMetrics } from '../train/keep/metrics-table.ts';
import { minibatchesIn } from '../train/learn/minibatches.ts';
import { shortTraining } from './short-training.ts';

const options = {
  config: { argument: 'FILE', description: 'settings to train by', schema: text().default('config/walker.yaml') },
  iterations: {
    argument: 'N',
    description: 'iterations to measure, after one to warm up',
    schema: wholeNumber(1).default(3),
  },
  agents: {
    argument: 'N',
    description: "walkers (default: the configuration's)",
    schema: wholeNumber(1).optional(),
  },
  workers: {
    argument: 'N',
    description: 'worker threads (default: all cores)',
    schema: wholeNumber(1).default(availableParallelism()),
  },
  threads: {
    argument: 'N',
    description: 'threads that learn (default: as in training)',
    schema: wholeNumber(1).optional(),
  },
};

export const bench = (argv: readonly string[]) =>
  runCommandLine(
    {
      name: 'bench train',
      typed: commandText('bench', 'train'),
      summary: 'measures training: decisions a second, collecting and learning apart, and the peak memory',
      options,
      async run({ config, iterations, workers, threads, ...options }, { terminal, progress }) {
        const configuration = readConfiguration(config, behavior.name);
        const agents = options.agents ?? configuration.behavior.gaitsmith.agents;
        const { batch_size, buffer_size, num_epoch } = configuration.behavior.hyperparameters;
        // As the learner sees it: every agent makes the same share, and images count too.
        const decisionsEach = agents * Math.ceil(buffer_size / agents);
        const rows = decisionsEach * (configuration.behavior.gaitsmith.mirror_samples ? 2 : 1);
        const maxSteps = decisionsEach * (iterations + 1);
        const measured: IterationMetrics[] = [];
        await shortTraining({
          configuration,
          maxSteps,
          seed: 1,
          agents,
          workers,
          threads,
          iteration: (metrics) => {
            measured.push(metrics);
            progress.update({ done: metrics.step, total: maxSteps, unit: 'steps' });
          },
        });
        progress.end();
        measured.shift();

        const decisions = decisionsEach * measured.length;
        const seconds = (part: (metrics: IterationMetrics) => number) =>
          measured.reduce((sum, metrics) => sum + part(metrics), 0);
        const collecting = seconds((metrics) => metrics.seconds.physics + metrics.seconds.inference);
        const learning = seconds((metrics) => metrics.seconds.learning);
        const minibatches = minibatchesIn(rows, batch_size) * num_epoch * measured.length;
        const result = {
          decisions_per_second: Math.round(decisions / seconds((metrics) => metrics.seconds.all)),
          collect_per_second: Math.round(decisions / collecting),
          update_ms: Math.round((1000 * learning) / measured.length),
          minibatch_ms: Number(((1000 * learning) / minibatches).toFixed(1)),
          peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
          agents,
          workers,
          machine: `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`,
        };
        terminal.print(
          `${result.machine}; ${agents} walkers, ${workers} workers, ${measured.length} iterations of ${decisionsEach} decisions`,
        );
        terminal.print(`  in all          ${result.decisions_per_second} decisions a second`);
        terminal.print(`  collecting      ${result.collect_per_second} decisions a second`);
        terminal.print(
          `  learning        ${result.update_ms} ms an update (${num_epoch} epochs), ${result.minibatch_ms} ms a minibatch of ${batch_size}`,
        );
        terminal.print(`  peak memory     ${result.peak_mb} MB`);
        return { json: result };
      },
    },
    argv,
  );
