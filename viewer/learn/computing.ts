/** The workers that a training has computed by: what they are told first, and what each kind answers. Node's tests play them too. */
import type { Answer } from '../../base/threads/thread.ts';
import { type GpuBuildFiles, loadGpuBuild, WebSession } from '../../compile/onnxruntime-web.ts';
import { SessionHost, type ThreadReply, type ThreadRequest } from '../../compile/session-threads.ts';
import { BatchedWorlds } from '../../envs/walker/batched-world.ts';
import { walkerDialects, worldNamed } from '../../envs/walker/dialects.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { WalkerEnvironment } from '../../envs/walker/walker-environment.ts';
import { CollectorHost } from '../../train/collect/collector-host.ts';
import type { CollectorReply, CollectorRequest, CollectorWorkerData } from '../../train/collect/embedded-collector.ts';

/** What such a worker is to be. */
export type Role =
  | { readonly kind: 'computes' }
  /** By another build of onnxruntime, which it fetches. */
  | { readonly kind: 'computes on a GPU'; readonly files: GpuBuildFiles }
  /** With the simulator's kernel. */
  | { readonly kind: 'collects'; readonly worlds: CollectorWorkerData; readonly kernel: WebAssembly.Module };

/** What answers in a worker; the collector's first answer, that its worlds are ready, comes unasked. */
export interface Host<Request, Reply> {
  readonly first: Promise<Answer<Reply>> | undefined;
  answer(request: Request): Promise<Answer<Reply>>;
}

const open = (model: Uint8Array) => WebSession.open(model);

export function hostOf(role: Role): Host<ThreadRequest, ThreadReply> | Host<CollectorRequest, CollectorReply> {
  switch (role.kind) {
    case 'computes':
      return computingHost();
    case 'computes on a GPU':
      return gpuHost(role.files);
    case 'collects':
      return collectingHost(role.worlds, role.kernel);
  }
}

export function computingHost(): Host<ThreadRequest, ThreadReply> {
  const host = new SessionHost(open);
  return { first: undefined, answer: (request) => host.answer(request) };
}

function gpuHost(files: GpuBuildFiles): Host<ThreadRequest, ThreadReply> {
  let loading: ReturnType<typeof loadGpuBuild> | undefined;
  const host = new SessionHost(async (model) => {
    loading ??= loadGpuBuild(files);
    return (await loading)(model);
  });
  return { first: undefined, answer: (request) => host.answer(request) };
}

export function collectingHost(
  worlds: CollectorWorkerData,
  kernel: WebAssembly.Module,
): Host<CollectorRequest, CollectorReply> {
  const host = new CollectorHost({
    open,
    loadEnvironment: async () => ({
      createEnvironment: async (options) => {
        const world = worldNamed(options.world);
        if (world === 'physx') throw new Error('PhysX is not for pages');
        const own = new BatchedWorlds(kernel, walkerRig, options.agents, walkerDialects[world], unityPhysics);
        return new WalkerEnvironment(own, options);
      },
    }),
  });
  return { first: host.start(worlds), answer: (request) => host.answer(request) };
}
