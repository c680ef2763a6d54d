/** Proximal policy optimisation in Node, from configuration to checkpoints in a run's folder. */
import { availableParallelism } from 'node:os';
import { sha256OfFile } from '../base/files/hash.ts';
import { openEngine } from '../compile/index.ts';
import { openForThread } from '../compile/onnxruntime.ts';
import { EmbeddedCollector } from './collect/embedded-collector.ts';
import { LiveCollector } from './collect/live-collector.ts';
import { collectorThreads } from './collect/worker-threads.ts';
import { folderKeeper } from './keep/folder-keeper.ts';
import { initialCheckpoint } from './keep/initial-checkpoint.ts';
import { startingPoint } from './keep/starting-point.ts';
import { MOST_THREADS } from './learn/minibatch-step.ts';
import type { Surroundings } from './surroundings.ts';
import { trainIn } from './train-in.ts';
import type { TrainHooks, TrainOptions, TrainResult } from './train-options.ts';

/**
 * Iterations from where the run stands to max_steps, or until it is asked to stop; ends with a checkpoint.
 *
 * @throws UserError where there are checkpoints and no --resume, or --resume and none, or one of another kind; where the
 *   engine cannot be had; where a NaN or an infinity shows; where a world is to be evaluated in that can't be had twice. A
 *   device that is missing only makes it warn.
 */
export function train(options: TrainOptions, hooks: TrainHooks): Promise<TrainResult> {
  return trainIn(inNode(options, hooks), options, hooks);
}

/** What a training finds around it in Node. */
export function inNode(options: TrainOptions, hooks: TrainHooks): Surroundings {
  const { environment, configuration, seed, agents } = options;
  const warn = (message: string) => hooks.warn(message);
  return {
    found: (network) => startingPoint(options, network, hooks),
    initial() {
      const { init_path } = configuration.behavior;
      if (init_path === null) return undefined;
      const found = initialCheckpoint(init_path, warn);
      return { ...found, sha256: sha256OfFile(found.path)! };
    },
    openEngine() {
      const { threads = Math.min(availableParallelism(), MOST_THREADS), ...computing } = options.engine ?? {};
      return openEngine({ ...computing, threads, warn });
    },
    openPolicy: openForThread,
    async openCollector(parameters, saved, isLater) {
      if (environment.kind === 'embedded') {
        const { workers = availableParallelism() } = options;
        const { module, world } = environment;
        const snapshots = saved?.snapshots;
        return EmbeddedCollector.start(
          { world, agents, workers, seed, parameters, snapshots },
          collectorThreads(module),
        );
      }
      const collector = new LiveCollector(environment.worlds, seed);
      // A live world began before it was known whose it is, and so in the first lessons.
      if (isLater) await collector.setParameters(parameters, true);
      return collector;
    },
    keeper: (saved) => folderKeeper(options, saved),
    keptAt: options.checkpointFolder,
    goesOnWithEpisodes: environment.kind === 'embedded',
  };
}
