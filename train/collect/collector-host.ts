/** What answers a collector in one of its threads: makes its groups' environments, then answers each request with their roll-outs. */
import { UserError } from '../../base/failure/user-error.ts';
import type { Answer } from '../../base/threads/thread.ts';
import type { EnvironmentModule, EnvironmentOptions } from '../../envs/env.ts';
import { playHeldOut } from '../judge/trials.ts';
import { NotFiniteError } from '../numbers/not-finite.ts';
import { type OpenPolicy, whileActing } from '../policy/acting-policy.ts';
import type {
  CollectorReply,
  CollectorRequest,
  CollectorWorkerData,
  PlayedTrial,
  WorkerCollectRequest,
} from './embedded-collector.ts';
import { AgentGroup, type Rollout } from './rollout.ts';
import { taken } from './shared-counter.ts';

/** What the thread has of its own. */
export interface HostParts {
  readonly open: OpenPolicy;
  /** Loads what makes its worlds. */
  loadEnvironment(): Promise<Pick<EnvironmentModule, 'createEnvironment'>>;
}

export class CollectorHost {
  readonly #parts: HostParts;
  readonly #members: AgentGroup[] = [];
  #world: string | undefined;

  constructor(parts: HostParts) {
    this.#parts = parts;
  }

  /** Makes the worlds of its groups. @returns that it is ready, or why it failed. */
  start({ world, groups, seed, parameters }: CollectorWorkerData): Promise<Answer<CollectorReply>> {
    this.#world = world;
    return answering(async () => {
      const { createEnvironment } = await this.#parts.loadEnvironment();
      for (const group of groups) {
        const own = await createEnvironment({ seed, parameters, world, ...group });
        this.#members.push(new AgentGroup(own, seed, group.firstAgent));
      }
      return { kind: 'ready' };
    });
  }

  /** One request at a time. */
  answer(request: CollectorRequest): Promise<Answer<CollectorReply>> {
    return answering(() => this.#respond(request));
  }

  async #respond(request: CollectorRequest): Promise<CollectorReply> {
    switch (request.kind) {
      case 'collect':
        return this.#collect(request);
      case 'try': {
        const { createEnvironment } = await this.#parts.loadEnvironment();
        const world = this.#world;
        const module = { createEnvironment: (options: EnvironmentOptions) => createEnvironment({ ...options, world }) };
        const played: PlayedTrial[] = [];
        const trials = taken(request.trials, request.next);
        await whileActing(this.#parts.open, request, (policy) =>
          playHeldOut(module, policy, trials, ({ place }, episode) => {
            played.push({ place, episode });
            Atomics.add(request.ended, 0, 1);
          }),
        );
        return { kind: 'tried', played };
      }
      case 'snapshots': {
        const parts = this.#members.map((group) => group.snapshots());
        return { kind: 'snapshots', snapshots: parts.every((part) => part !== undefined) ? parts.flat() : undefined };
      }
      case 'parameters':
        for (const group of this.#members) await group.setParameters(request.parameters, request.reset);
        return { kind: 'parameters' };
      case 'close':
        for (const group of this.#members) await group.close();
        return { kind: 'closed' };
    }
  }

  async #collect({ iteration, decisions, ...policy }: WorkerCollectRequest): Promise<CollectorReply> {
    const parts: Rollout[] = [];
    await whileActing(this.#parts.open, policy, async (acting) => {
      for (const group of this.#members) parts.push(await group.rollOut(acting, iteration, decisions));
    });
    return { kind: 'collected', parts };
  }
}

/** What the work comes to, or why it failed: errors lose their class on the way, so what some are made of is sent. */
async function answering(work: () => Promise<CollectorReply>): Promise<Answer<CollectorReply>> {
  try {
    const reply = await work();
    return { reply, handedOver: reply.kind === 'collected' ? reply.parts.flatMap(buffersOf) : [] };
  } catch (error) {
    const problem = error instanceof UserError ? error.problem : undefined;
    const finding = error instanceof NotFiniteError ? error.finding : undefined;
    return { reply: { kind: 'failed', error, problem, finding }, handedOver: [] };
  }
}

/** The large arrays, handed over instead of copied. */
function buffersOf({ observations, actions, logProbabilities, rewards }: Rollout): ArrayBuffer[] {
  return [observations, actions, logProbabilities, rewards].map((array) => array.buffer as ArrayBuffer);
}
