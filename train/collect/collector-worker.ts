/** A worker thread of the collector: makes its groups' environments, then answers each request with their roll-outs. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../base/failure/user-error.ts';
import type { StartedWith } from '../../base/threads/start-worker.ts';
import type { EnvironmentModule, EnvironmentOptions } from '../../envs/env.ts';
import { playHeldOut } from '../judge/trials.ts';
import { NotFiniteError } from '../numbers/not-finite.ts';
import { whileActing } from '../policy/acting-policy.ts';
import type {
  CollectorReply,
  CollectorRequest,
  CollectorWorkerData,
  PlayedTrial,
  WorkerCollectRequest,
} from './embedded-collector.ts';
import { AgentGroup, type Rollout } from './rollout.ts';
import { taken } from './shared-counter.ts';

const port = parentPort!;
const members: AgentGroup[] = [];

const { environment, world, groups, seed, parameters } = (workerData as StartedWith<CollectorWorkerData>).data;

answering(async () => {
  const { createEnvironment } = (await import(environment)) as EnvironmentModule;
  for (const group of groups) {
    const own = await createEnvironment({ seed, parameters, world, ...group });
    members.push(new AgentGroup(own, seed, group.firstAgent));
  }
  return { kind: 'ready' };
});

port.on('message', (request: CollectorRequest) => {
  answering(() => respond(request));
});

async function respond(request: CollectorRequest): Promise<CollectorReply | undefined> {
  switch (request.kind) {
    case 'collect':
      return collect(request);
    case 'try': {
      const { createEnvironment } = (await import(environment)) as EnvironmentModule;
      const module = { createEnvironment: (options: EnvironmentOptions) => createEnvironment({ ...options, world }) };
      const played: PlayedTrial[] = [];
      const trials = taken(request.trials, request.next);
      await whileActing(request, (policy) =>
        playHeldOut(module, policy, trials, ({ place }, episode) => played.push({ place, episode })),
      );
      return { kind: 'tried', played };
    }
    case 'snapshots': {
      const parts = members.map((group) => group.snapshots());
      return { kind: 'snapshots', snapshots: parts.every((part) => part !== undefined) ? parts.flat() : undefined };
    }
    case 'parameters':
      for (const group of members) await group.setParameters(request.parameters, request.reset);
      return { kind: 'parameters' };
    case 'close':
      return close();
  }
}

async function collect({ iteration, decisions, ...policy }: WorkerCollectRequest): Promise<CollectorReply> {
  const parts: Rollout[] = [];
  await whileActing(policy, async (acting) => {
    for (const group of members) parts.push(await group.rollOut(acting, iteration, decisions));
  });
  return { kind: 'collected', parts };
}

async function close(): Promise<undefined> {
  try {
    for (const group of members) await group.close();
  } finally {
    port.close(); // whatever happened: the thread ends by it
  }
}

/** Sends what the work comes to, or why it failed: errors lose their class on the way, so what some are made of is sent. */
async function answering(work: () => Promise<CollectorReply | undefined>): Promise<void> {
  try {
    const reply = await work();
    if (reply) port.postMessage(reply, reply.kind === 'collected' ? reply.parts.flatMap(buffersOf) : []);
  } catch (error) {
    const problem = error instanceof UserError ? error.problem : undefined;
    const finding = error instanceof NotFiniteError ? error.finding : undefined;
    port.postMessage({ kind: 'failed', error, problem, finding } satisfies CollectorReply);
  }
}

/** The large arrays, handed over instead of copied. */
function buffersOf({ observations, actions, logProbabilities, rewards }: Rollout): ArrayBuffer[] {
  return [observations, actions, logProbabilities, rewards].map((array) => array.buffer as ArrayBuffer);
}
