/** What runs in the browser: a policy in onnxruntime-web, and walkers that it moves. */
import { giveWasm, WebSession } from '../../compile/onnxruntime-web.ts';
import { BatchedWorlds } from '../../envs/walker/batched-world.ts';
import { walkerDialects } from '../../envs/walker/dialects.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { WalkerEnvironment } from '../../envs/walker/walker-environment.ts';
import type { PolicyShape } from '../../lint/contract.ts';
import { compileKernelModule } from '../../physics/kernel.ts';
import { type Runtime, runtimeOf } from '../policy-runtime.ts';
import { bytesOfText, numbersOfText, textOfNumbers } from './bytes.ts';
import { FILES } from './page-files.ts';
import { playTrajectory, type TrajectoryOptions } from './trajectory.ts';

let policy: Runtime;

export async function open({ model, shape }: { readonly model: string; readonly shape: PolicyShape }): Promise<void> {
  giveWasm(await fetched(FILES.engine));
  policy = runtimeOf('', await WebSession.open(bytesOfText(model)), shape);
}

/** As `Runtime.run`, with numbers as text. */
export async function run({
  observations,
  rows,
  wanted,
}: {
  readonly observations: string;
  readonly rows: number;
  readonly wanted: readonly string[];
}): Promise<Record<string, string>> {
  const outputs = await policy.run(numbersOfText(observations), rows, wanted);
  return Object.fromEntries(Object.entries(outputs).map(([name, numbers]) => [name, textOfNumbers(numbers)]));
}

export async function trajectory(options: TrajectoryOptions): Promise<string[]> {
  const { world, seed, agents } = options;
  const kernel = await compileKernelModule(await fetched(FILES.simulator));
  const worlds = new BatchedWorlds(kernel, walkerRig, agents, walkerDialects[world], unityPhysics);
  const environment = new WalkerEnvironment(worlds, { seed, firstAgent: 0, agents, parameters: {} });
  return playTrajectory(environment, policy, options);
}

async function fetched(name: string): Promise<ArrayBuffer> {
  return (await fetch(`/${name}`)).arrayBuffer();
}
