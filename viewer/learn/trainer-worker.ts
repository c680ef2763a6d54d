/**
 * The worker that a training runs in: train/train-in.ts as it is, surrounded by a page. It starts the workers that collect and compute,
 * and tells the page what comes of it.
 */
import { UserError } from '../../base/failure/user-error.ts';
import { giveWasm } from '../../compile/onnxruntime-web.ts';
import type { RaceOutcome } from '../../compile/raced-graph.ts';
import type { ThreadReply, ThreadRequest } from '../../compile/session-threads.ts';
import { exportActor } from '../../export/export-actor.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { compileKernelModule } from '../../physics/kernel.ts';
import type { Actor } from '../../train/policy/actor.ts';
import { trainIn } from '../../train/train-in.ts';
import type { Role } from './computing.ts';
import type { FirstMessage } from './computing-worker.ts';
import type { EngineFiles, FromTrainer, LearnRequest, ToTrainer } from './messages.ts';
import { learningOptions } from './options.ts';
import { fingerprint, inPage } from './surroundings.ts';
import { webThread } from './web-thread.ts';

/** A worker for each of so many cores at most: with more, groups of agents get smaller than a batch. */
const MOST_WORKERS = 8;
/** Of the time, what making files of the latest policy may take, and milliseconds between two at least. */
const SHARE_OF_EXPORTS = 0.05;
const LEAST_BETWEEN_EXPORTS = 2000;

const over = new AbortController();

addEventListener('message', ({ data }: MessageEvent<ToTrainer>) => {
  if (data.kind === 'stop') over.abort();
  else learn(data.request, data.files).catch((error: unknown) => tell({ kind: 'failed', problem: problemOf(error) }));
});

async function learn(request: LearnRequest, files: EngineFiles): Promise<void> {
  const { seed, settings, checkpoint, computes = 'cpu' } = request;
  const { workers = Math.min(navigator.hardwareConcurrency, MOST_WORKERS) } = request;
  const options = learningOptions(settings, seed);
  const [simulator, onnxruntime] = await Promise.all([fetched(files.simulator), fetched(files.onnxruntime)]);
  giveWasm(onnxruntime);
  const kernel = await compileKernelModule(simulator);
  const start = (role: Role) => {
    const worker = new Worker(new URL('./computing-worker.ts', import.meta.url), { type: 'module' });
    worker.postMessage({ role, onnxruntime } satisfies FirstMessage);
    return worker;
  };
  const shown = policyShower();
  const gpu = computes !== 'cpu' &&
    files.gpu && {
      start: () =>
        webThread<ThreadRequest, ThreadReply>(
          start({ kind: 'computes on a GPU', files: files.gpu! }),
          'a worker of the GPU',
        ),
      raced: { choice: computes, decided: (outcome: RaceOutcome) => tell({ kind: 'computes', outcome }) },
    };
  const surroundings = inPage(options, {
    workers,
    checkpoint,
    startThread: () => webThread(start({ kind: 'computes' }), 'a worker that computes'),
    gpu: gpu || undefined,
    startCollector: (worlds) => webThread(start({ kind: 'collects', worlds, kernel }), 'a worker that collects'),
    keep(bytes, step) {
      shown.showLast();
      tell({ kind: 'checkpoint', bytes, step }, [bytes.buffer]);
    },
    collected: (rollout) => tell({ kind: 'first roll-out', sha256: fingerprint(rollout) }),
  });
  const { interrupted } = await trainIn(surroundings, options, {
    info: (message) => tell({ kind: 'info', message }),
    warn: (message) => tell({ kind: 'warn', message }),
    begin: () => tell({ kind: 'learning', workers }),
    iteration(metrics, maxSteps) {
      tell({ kind: 'iteration', metrics, maxSteps });
      shown.step = metrics.step;
    },
    learnt: (actor) => shown.show(actor),
    signal: over.signal,
  });
  tell({ kind: 'ended', interrupted });
}

/** Makes a file of the latest policy now and then. */
function policyShower() {
  let next = 0;
  let latest: Actor | undefined;
  const shower = {
    step: 0,
    show(actor: Actor) {
      latest = actor;
      if (performance.now() >= next) shower.showLast();
    },
    showLast() {
      if (!latest) return;
      const began = performance.now();
      const model = exportActor(latest, 'in a browser', { 'gaitsmith.steps': String(shower.step) });
      const onnx = encodeModel(model) as Uint8Array<ArrayBuffer>;
      latest = undefined;
      const took = performance.now() - began;
      next = began + Math.max(LEAST_BETWEEN_EXPORTS, took / SHARE_OF_EXPORTS);
      tell({ kind: 'policy', policy: { onnx, step: shower.step } });
    },
  };
  return shower;
}

async function fetched(address: string): Promise<ArrayBuffer> {
  const answer = await fetch(address).catch((cause: unknown) => {
    throw new UserError({ what: 'this could not be fetched', where: address, mend: 'load the page again' }, { cause });
  });
  if (answer.ok) return answer.arrayBuffer();
  throw new UserError({
    what: 'this could not be fetched',
    where: address,
    value: answer.status,
    mend: 'load the page again',
  });
}

function problemOf(error: unknown) {
  if (error instanceof UserError) return error.problem;
  const told = error instanceof Error ? `${error.message}` : String(error);
  console.error(error);
  return { what: told, mend: 'begin again; if it comes back, tell us' };
}

function tell(message: FromTrainer, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
