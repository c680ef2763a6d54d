/** Unity worlds for tests, and Unities that play in them. */

import { UserError } from '../../../base/failure/user-error.ts';
import type { BehaviorSpec, Environment } from '../../../envs/env.ts';
import { UnfitUnity } from '../../../envs/unity/trainer/unfit-unity.ts';
import { type UnityHooks, UnityWorld, type UnityWorldOptions } from '../../../envs/unity/trainer/world.ts';
import { Echo } from './echoing.ts';
import { type Behavior, ScriptedUnity } from './scripted-unity.ts';

const open: (() => Promise<void>)[] = [];
/** For `afterEach`. */
export async function closeWorlds(): Promise<void> {
  for (const close of open.splice(0).reverse()) await close();
}

interface Met {
  readonly behavior: BehaviorSpec;
  readonly environments: readonly Environment[];
  readonly echo: Echo;
}

/** A world at a free port, in which every behaviour is echoed, and all that it says. */
export async function openWorld(changes: Partial<UnityWorldOptions> & { refuses?: string } = {}) {
  const { refuses, ...options } = changes;
  const met = new Map<string, Met>();
  const said: string[] = [];
  const hooks: UnityHooks = {
    info: (message) => said.push(message),
    warn: (message) => said.push(`warning: ${message}`),
    refused: (_unity, error) => said.push(`${error instanceof UnfitUnity ? 'unfit' : 'refused'}: ${error.message}`),
    ended: (unity, reason) => said.push(`ended ${unity}: ${reason}`),
  };
  const world = await UnityWorld.open({
    hosts: ['127.0.0.1', '::1'],
    ports: [0],
    seed: 7,
    areas: 1,
    engine: { time_scale: 20, target_frame_rate: -1, capture_frame_rate: 60 },
    parameters: {},
    onBehavior(behavior, environments) {
      if (behavior.name === refuses)
        throw new UserError({ what: 'the behaviour has no settings', value: behavior.name });
      const echo = new Echo(environments[0]!);
      met.set(behavior.name, { behavior, environments, echo });
      echo.run();
    },
    hooks,
    ...options,
  });
  open.push(async () => {
    for (const { environments } of met.values()) for (const environment of environments) await environment.close();
    await world.close();
  });
  return { world, port: world.ports[0]!, met, said };
}

/** A Unity that is through with the greetings. */
export async function play(port: number, ...behaviors: readonly Behavior[]) {
  const unity = await ScriptedUnity.play(port, ...behaviors);
  open.push(async () => unity.connection.close());
  return unity;
}
