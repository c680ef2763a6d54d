/**
 * How much faster do more threads collect? The very workers of training, under a policy that has learnt nothing yet, next to a
 * loop that only computes: where two threads of that are no faster than one, neither can two threads of anything be.
 */
import { once } from 'node:events';
import { startWorker } from '../base/threads/start-worker.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { defaultWorld, type WorldName } from '../envs/walker/dialects.ts';
import { environmentUrl } from '../envs/walker/environment-url.ts';
import { EmbeddedCollector } from '../train/collect/embedded-collector.ts';
import { collectorThreads } from '../train/collect/worker-threads.ts';
import type { SentPolicy } from '../train/policy/acting-policy.ts';
import { actingModel } from '../train/policy/actor.ts';
import { Normaliser } from '../train/policy/normaliser.ts';
import { initialParameters, type Network } from '../train/policy/policy.ts';

export interface Scaling {
  /** Worker threads. */
  readonly n: number;
  /** Of all agents together, the policy and the record of it included. */
  readonly decisions_per_second: number;
  /** Over those of one worker. */
  readonly times_one: number;
  /** How often as much as one thread do as many threads compute that share nothing. */
  readonly compute_times_one: number;
  /** Share of the workers' time that goes into the policy. */
  readonly policy_share: number;
}

/** As in config/walker.yaml. */
const network: Network = {
  observationSize: behavior.observationSize,
  actionSize: behavior.actionSize,
  hiddenUnits: 256,
  layers: 3,
};

/** With the most workers. */
const AGENTS_OF_A_WORKER = 16;

/** A policy that has learnt nothing yet. */
export function untrained(): SentPolicy {
  const parameters = initialParameters(network, 1);
  return {
    model: actingModel({ network, parameters, normaliser: new Normaliser(network.observationSize) }),
    logDeviation: parameters['actor.logDeviation']!,
    deterministic: false,
  };
}

/** 1, 2, 4, ... up to a number. */
export function workerCounts(most: number): number[] {
  const counts = [];
  for (let count = 1; count <= most; count *= 2) counts.push(count);
  return counts;
}

/** Measures collecting with each number of workers, the same agents dealt out among them. */
export async function simScaling(
  counts: readonly number[],
  decisions: number,
  world: WorldName = defaultWorld,
): Promise<Scaling[]> {
  const agents = AGENTS_OF_A_WORKER * Math.max(...counts);
  const measured: { readonly n: number; readonly collecting: Collecting; readonly computing: number }[] = [];
  for (const n of counts) {
    const computing = await computingSpeed(n);
    measured.push({ n, computing, collecting: await collectingSpeed(n, agents, decisions, world) });
  }
  const [one] = measured;
  return measured.map(({ n, collecting, computing }) => ({
    n,
    decisions_per_second: Math.round(collecting.perSecond),
    times_one: rounded(collecting.perSecond / one!.collecting.perSecond),
    compute_times_one: rounded(computing / one!.computing),
    policy_share: rounded(collecting.policyShare),
  }));
}

interface Collecting {
  readonly perSecond: number;
  readonly policyShare: number;
}

async function collectingSpeed(
  workers: number,
  agents: number,
  decisions: number,
  world: WorldName,
): Promise<Collecting> {
  const collector = await EmbeddedCollector.start(
    {
      world,
      agents,
      workers,
      seed: 1,
      parameters: {},
    },
    collectorThreads(environmentUrl),
  );
  const request = { ...untrained(), rows: Math.ceil(decisions / agents) * agents };
  // Once to have all of it compiled for speed, in every thread.
  await collector.collect({ ...request, iteration: 0, rows: 2000 * workers });
  const began = performance.now();
  const { seconds } = await collector.collect({ ...request, iteration: 1 });
  const perSecond = (1000 * request.rows) / (performance.now() - began);
  await collector.close();
  return { perSecond, policyShare: seconds.policy / (seconds.policy + seconds.world) };
}

/** Rounds of a loop that a number of threads do in the same second. */
async function computingSpeed(threads: number): Promise<number> {
  const workers = Array.from({ length: threads }, () =>
    startWorker(new URL('./computing-worker.ts', import.meta.url), {}),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const done = workers.map(async (worker) => {
    const [rounds] = (await once(worker, 'message')) as [number];
    return rounds;
  });
  for (const worker of workers) worker.postMessage('go');
  const rounds = await Promise.all(done);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return rounds.reduce((sum, part) => sum + part, 0);
}

function rounded(value: number): number {
  return Math.round(1000 * value) / 1000;
}

/** The measurements as text. */
export function printScaling(scaling: readonly Scaling[]): string {
  return [
    'Collecting as in training, an untrained policy included (a plain computing loop in brackets):',
    ...scaling.map(({ n, decisions_per_second, times_one, compute_times_one, policy_share }) => {
      const speed = `${decisions_per_second} decisions a second, ${times_one.toFixed(2)} times one (${compute_times_one.toFixed(2)})`;
      return `  ${String(n).padStart(3)} ${n === 1 ? 'worker: ' : 'workers:'} ${speed}, ${(100 * policy_share).toFixed(0)} % of it for the policy`;
    }),
  ].join('\n');
}
