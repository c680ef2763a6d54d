/** The training of a page, surrounded by Node: the same onnxruntime-web, its workers played by objects of this thread. */
import type { Thread, ThreadListener } from '../../../base/threads/thread.ts';
import { loadKernel } from '../../../physics/kernel.ts';
import type { IterationMetrics } from '../../../train/keep/metrics-table.ts';
import { trainIn } from '../../../train/train-in.ts';
import { collectingHost, computingHost, type Host } from '../../../viewer/learn/computing.ts';
import { learningOptions } from '../../../viewer/learn/options.ts';
import { fingerprint, inPage } from '../../../viewer/learn/surroundings.ts';

export interface NodeOptions {
  readonly seed: number;
  /** YAML. */
  readonly settings: string;
  /** After which it stops; default: all. */
  readonly iterations?: number;
  readonly workers?: number;
  readonly checkpoint?: Uint8Array;
}

export async function learnInNode({ seed, settings, iterations = Infinity, workers = 1, checkpoint }: NodeOptions) {
  const kernel = await loadKernel();
  const rollouts: string[] = [];
  const checkpoints: Uint8Array[] = [];
  const metrics: IterationMetrics[] = [];
  const over = new AbortController();
  const options = learningOptions(settings, seed);
  const surroundings = inPage(options, {
    workers,
    checkpoint,
    startThread: () => localThread(computingHost()),
    startCollector: (worlds) => localThread(collectingHost(worlds, kernel)),
    keep: (bytes) => checkpoints.push(bytes),
    collected: (rollout) => rollouts.push(fingerprint(rollout)),
  });
  await trainIn(surroundings, options, {
    info() {},
    warn() {},
    iteration(told) {
      metrics.push(told);
      if (metrics.length === iterations) over.abort();
    },
    signal: over.signal,
  });
  return { rollouts, checkpoints, metrics };
}

/** What is sent is copied, as between threads. */
function localThread<Request, Reply>(host: Host<Request, Reply>): Thread<Request, Reply> {
  let listener: ThreadListener<Reply> | undefined;
  const told: Reply[] = [];
  const tell = (reply: Reply) => (listener ? listener.reply(structuredClone(reply)) : told.push(reply));
  void host.first?.then(({ reply }) => tell(reply));
  return {
    post: (request) => void host.answer(structuredClone(request)).then(({ reply }) => tell(reply)),
    listen(to) {
      listener = to;
      for (const reply of told.splice(0)) to.reply(reply);
    },
    hold() {},
    async end() {},
  };
}
