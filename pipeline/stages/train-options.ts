/** The flags of `npm run train`, and which of them are for which world. */

import { UserError } from '../../base/failure/user-error.ts';
import { givenOrOwnFile } from '../../base/files/own-files.ts';
import {
  flag,
  flagOf,
  lines,
  type OptionSpecs,
  type OptionsOf,
  oneOf,
  portNumber,
  seedNumber,
  text,
  wholeNumber,
} from '../../cli/options.ts';
import { devices } from '../../compile/devices.ts';
import { backendNames } from '../../compile/eager-backends.ts';
import { queueOption } from '../../fleet/queue-option.ts';
import { orOfProject } from '../project-file.ts';

export const options = {
  env: {
    argument: 'WORLD',
    description:
      'walker: the embedded world; unity: the Editor, when you press Play; else the path of a built player (default: env_settings.env_path, or walker)',
    schema: orOfProject('env', text().optional()),
  },
  config: {
    argument: 'FILE',
    description:
      "settings in ML-Agents' YAML schema (default: config/walker-quick.yaml from scratch, walker-tune.yaml from a walker that walks, walker.yaml in Unity; with --resume in the embedded world the one that the run was trained by)",
    schema: orOfProject('config', text().optional()),
  },
  set: {
    argument: 'PATH=VALUE',
    repeats: 'lines',
    description:
      'a setting, over what the file says: gaitsmith.agents=16, environment_parameters.friction=0.4; may be given more than once',
    schema: lines(),
  },
  maxSteps: {
    argument: 'N',
    description: 'decisions of this run, instead of max_steps; 0 leaves what it starts from as it is',
    schema: wholeNumber(0).optional(),
  },
  seed: {
    argument: 'N',
    description: 'seed of all random numbers, instead of env_settings.seed',
    schema: seedNumber().optional(),
  },
  agents: {
    argument: 'N',
    description: 'walkers that collect side by side, instead of gaitsmith.agents',
    schema: wholeNumber(1).optional(),
  },
  world: {
    argument: 'NAME',
    description:
      "which solver the embedded world has, instead of gaitsmith.world: unity, physx5 or physx (default: unity, or the run's own)",
    schema: text().optional(),
  },
  workers: {
    argument: 'N',
    description: 'worker threads; the result is the same for any number (default: all cores)',
    schema: wholeNumber(1).optional(),
  },
  threads: {
    argument: 'N',
    description: 'threads that learn; the result is the same for any number (default: all cores, 8 at most)',
    schema: wholeNumber(1).optional(),
  },
  device: {
    argument: 'NAME',
    description: `what the traced update runs on: ${devices.join(', ')}; where it is missing, the CPU (default: cpu)`,
    schema: oneOf(devices).default('cpu'),
  },
  backend: {
    argument: 'NAME',
    description: `onnx, or TensorFlow.js eagerly: ${backendNames.slice(1).join(', ')} (default: train onnx, validate cpu)`,
    schema: oneOf(backendNames).default('onnx'),
  },
  initializeFrom: {
    argument: 'RUN',
    description: 'start from what another run learnt: its id, its folder or one of its checkpoints',
    schema: text().optional(),
  },
  shipped: {
    argument: 'FOLDER',
    description: 'start from the shipped walker in this folder, such as models/walker',
    schema: text().transform(givenOrOwnFile).optional(),
  },
  fromShipped: {
    description: 'start from the walker that comes with Gaitsmith: --shipped models/walker',
    schema: flag(),
  },
  fromScratch: {
    description:
      "start from nothing learnt yet, as every new run does, also where the settings' init_path names a start",
    schema: flag(),
  },
  resume: { description: 'go on from the latest checkpoint of this run', schema: flag() },
  port: {
    argument: 'N',
    description: 'where Unity finds this training (default: 5004 for the Editor, env_settings.base_port for players)',
    schema: portNumber(0).optional(),
  },
  numEnvs: {
    argument: 'N',
    description: 'players side by side, each at the next port, instead of env_settings.num_envs',
    schema: wholeNumber(1).optional(),
  },
  queue: queueOption,
  host: {
    argument: 'ADDRESS',
    description: 'listen there instead of on this machine alone: others can then train and watch, unasked',
    schema: text().optional(),
  },
} satisfies OptionSpecs;
export type Options = OptionsOf<typeof options>;

const FLAGS_OF_OTHERS = {
  embedded: {
    flags: ['port', 'numEnvs', 'host'],
    what: 'this is for a training in Unity alone',
    mend: 'leave it out, or train in Unity: --env unity for the Editor, --env PATH for a player',
  },
  unity: {
    flags: ['agents', 'world', 'workers', 'queue', 'shipped', 'fromShipped'],
    what: 'this is for the embedded world alone',
    mend: 'leave it out: in Unity the agents are those of the scene, which sets the pace, and none is shipped',
  },
} as const satisfies Record<string, { flags: readonly (keyof Options)[]; what: string; mend: string }>;

/** @throws UserError for a flag that means nothing in the world that is trained in. */
export function refuseFlagsOfOthers(world: keyof typeof FLAGS_OF_OTHERS, options: Partial<Options>): void {
  const { flags, what, mend } = FLAGS_OF_OTHERS[world];
  for (const key of flags) {
    if (options[key] === undefined || options[key] === false) continue;
    throw new UserError({ what, where: flagOf(key), value: options[key], mend });
  }
}
