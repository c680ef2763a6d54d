/** A page as what surrounds a training (train/surroundings.ts). Needs nothing of a page itself, so tests run it in Node too. */
import { concatenated } from '../../base/bytes.ts';
import { UserError } from '../../base/failure/user-error.ts';
import { decodeTensors, encodeTensors } from '../../base/files/tensor-bytes.ts';
import { sha256InScript } from '../../base/sha256.ts';
import { WebSession } from '../../compile/onnxruntime-web.ts';
import type { StartThread } from '../../compile/session-threads.ts';
import { openWebEngine, type WebEngineOptions } from '../../compile/web-engine.ts';
import type { Collector } from '../../train/collect/collecting.ts';
import { EmbeddedCollector, type StartCollector } from '../../train/collect/embedded-collector.ts';
import type { Rollout } from '../../train/collect/rollout.ts';
import type { Checkpoint } from '../../train/keep/checkpoint-tensors.ts';
import { checkpointOf, tensorsOf } from '../../train/keep/checkpoint-tensors.ts';
import type { Keeper } from '../../train/keep/keeper.ts';
import { Records } from '../../train/keep/records.ts';
import { NotFiniteError } from '../../train/numbers/not-finite.ts';
import type { Surroundings } from '../../train/surroundings.ts';
import type { LearningOptions } from '../../train/train-options.ts';

export interface PageParts {
  readonly workers: number;
  readonly startThread: StartThread;
  readonly startCollector: StartCollector;
  /** Where a GPU is to compute, if it may. */
  readonly gpu?: WebEngineOptions['gpu'];
  /** Of an earlier training that is to go on. */
  readonly checkpoint: Uint8Array | undefined;
  /** Takes a checkpoint that is to be kept. */
  readonly keep: (bytes: Uint8Array<ArrayBuffer>, step: number) => void;
  /** Hears of the first roll-out of a training. */
  readonly collected: (rollout: Rollout) => void;
}

/** Actor and critic step side by side, and a small minibatch has no more pieces than that. */
const THREADS_OF_UPDATE = 2;

export function inPage(options: LearningOptions, parts: PageParts): Surroundings {
  const { seed, agents, configuration } = options;
  const { workers, checkpoint, startThread, startCollector, gpu } = parts;
  return {
    found() {
      if (!checkpoint) return undefined;
      const path = 'the checkpoint that this browser has kept';
      return { path, checkpoint: checkpointOf(decodeTensors(checkpoint, path, sha256InScript), path) };
    },
    initial: () => undefined,
    openEngine: async () => openWebEngine({ threads: Math.min(workers, THREADS_OF_UPDATE), start: startThread, gpu }),
    openPolicy: (model) => WebSession.open(model),
    async openCollector(parameters, saved) {
      const { world } = configuration.behavior.gaitsmith;
      const own = { world: world ?? undefined, agents, workers, seed, parameters, snapshots: saved?.snapshots };
      const collector = await EmbeddedCollector.start(own, startCollector);
      return saved ? collector : heardOnce(collector, parts.collected);
    },
    keeper: (saved) => keeperOf(options, saved, parts.keep),
    keptAt: 'this browser',
    goesOnWithEpisodes: true,
  };
}

/** A collector whose first roll-out is told of. It plays no held-out episodes: those count by memory that threads share. */
function heardOnce(collector: EmbeddedCollector, hear: (rollout: Rollout) => void): Collector {
  let isFirst = true;
  return {
    async collect(request) {
      const rollout = await collector.collect(request);
      if (isFirst) hear(rollout);
      isFirst = false;
      return rollout;
    },
    setParameters: (parameters, reset) => collector.setParameters(parameters, reset),
    snapshots: () => collector.snapshots(),
    close: () => collector.close(),
    abandon: () => collector.abandon(),
  };
}

/** Without the lines of a log: the page has curves in their place. */
class QuietRecords extends Records {
  override add(...iteration: Parameters<Records['add']>): undefined {
    super.add(...iteration);
  }
}

function keeperOf({ configuration }: LearningOptions, saved: Checkpoint | undefined, keep: PageParts['keep']): Keeper {
  return {
    // The page has them from the training's hooks.
    records: new QuietRecords(configuration, saved, { metrics: { append() {}, evaluated: new Set() } }),
    save(checkpoint) {
      keep(bytesOf(checkpoint), checkpoint.progress.step);
      return 'this browser';
    },
    best: () => undefined,
    saveBest() {},
    told: (error, { progress }) => (error instanceof NotFiniteError ? toldOf(error, progress.iteration) : error),
  };
}

function bytesOf(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  return encodeTensors(tensorsOf(checkpoint), sha256InScript);
}

function toldOf({ finding }: NotFiniteError, iteration: number): UserError {
  return new UserError({
    what: `the training stopped: ${finding.tensor} is not a finite number`,
    where: `iteration ${iteration + 1}`,
    value: finding.value,
    mend: 'begin again with another seed, or with a lower learning_rate',
  });
}

/** SHA-256 of a roll-out: its observations, actions and rewards, one after the other. */
export function fingerprint({ observations, actions, rewards }: Rollout): string {
  const parts = [observations, actions, rewards].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  return sha256InScript(concatenated(parts));
}
