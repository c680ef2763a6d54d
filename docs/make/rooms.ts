/**
 * The rooms of the house, from the ground up: what lives in each, and which others its files may import from.
 *
 * This table is the one definition. CONTRIBUTING.md's map and picture are made from it and from the imports as they stand
 * (`npm run docs`), and `tests/rooms.test.ts` holds every import to it. A room knows only rooms that stand above it in this
 * list (lower in the house), so there can be no circle of rooms.
 */
export interface Room {
  /** Its folder. A file belongs to the room with the longest name that its path begins with. */
  readonly name: string;
  /** What lives there, in a few words. */
  readonly about: string;
  /** The rooms that its files may import from. `envs/env.ts` stands for that one file. */
  readonly knows: readonly string[];
}

/** What every part of training may use. */
const groundOfTraining = ['base', 'envs/env.ts'];
/** What `evaluate` knows of numbers alone. */
const statistics = ['evaluate/score.ts', 'evaluate/estimate.ts', 'evaluate/paired.ts'];
/** The rooms of training, from the ground up; each may know those before it. */
const training = [
  'train/configuration',
  'train/numbers',
  'train/policy',
  'train/judge',
  'train/collect',
  'train/learn',
  'train/keep',
];

export const rooms: readonly Room[] = [
  {
    name: 'base',
    about:
      'what every room may use: errors that mend, files that are never half-written, seeded streams, worker threads',
    knows: [],
  },
  {
    name: 'cli',
    about: "the kit of a command line: options, help, the terminal and its live line, Ctrl-C, a command's shell",
    knows: ['base'],
  },
  { name: 'onnx', about: 'the ONNX file itself: encode, decode, check, print', knows: ['base'] },
  {
    name: 'compile',
    about: 'a TensorFlow.js function -> ONNX graph -> session: tracer, table of ops, graph passes, the runtimes',
    knows: ['base', 'onnx'],
  },
  {
    name: 'lint',
    about: "what ML-Agents demands of a policy's file, as a table of rules, and any file judged by it",
    knows: ['base', 'cli', 'onnx', 'compile'],
  },
  {
    name: 'models',
    about: 'the walkers that ship, each with its card and what training goes on from',
    knows: ['base'],
  },
  {
    name: 'unity-assets',
    about:
      "Unity's text files: documents, prefab instances, what is in effect after all overrides; bytes changed in place",
    knows: ['base'],
  },
  {
    name: 'envs',
    about:
      '`env.ts`, the one contract of a world; `sampler.ts`, which draws its parameters; `terrain.ts`, ground that is not flat',
    knows: ['base'],
  },
  {
    name: 'envs/reward-terms',
    about: "what people ask for beside a task's own reward: a table of terms, for any character",
    knows: ['base'],
  },
  {
    name: 'physics',
    about: 'a simulator of ragdolls, four to a vector, that solves as Unity does; it knows of no walker',
    knows: ['base'],
  },
  {
    name: 'envs/walker',
    about: "ML-Agents' Walker: rig, worlds, observations, actions, reward; `physx/` is PhysX, the referee",
    knows: ['base', 'physics', 'envs', 'envs/reward-terms'],
  },
  {
    name: 'envs/ragdoll',
    about: 'any ragdoll from two files: a rig (bodies, joints) and a character (what it sees, moves and earns)',
    knows: ['base', 'physics', 'envs', 'envs/reward-terms', 'envs/walker'],
  },
  {
    name: 'propose',
    about: 'from a rig to a first definition of its character: feet, head, motors, speeds; and whether it stands',
    knows: ['base', 'physics', 'envs/walker', 'envs/ragdoll'],
  },
  {
    name: 'inspect',
    about: "what is in a policy's file: layers, normaliser, where it comes from, its graph as a picture",
    knows: ['base', 'cli', 'onnx', 'lint', 'envs/walker'],
  },
  {
    name: 'envs/unity',
    about: "a live Unity: ML-Agents' protocol, as its trainer and as its player",
    knows: ['base', 'cli', 'envs', 'envs/reward-terms', 'envs/walker'],
  },
  {
    name: 'evaluate',
    about: 'how a policy fares: episodes scored, and compared with what it saw in Unity',
    knows: [
      'base',
      'cli',
      'onnx',
      'compile',
      'lint/normalisers.ts',
      'lint/policy-file.ts',
      'envs',
      'physics',
      'envs/walker',
      'envs/ragdoll',
    ],
  },
  {
    name: 'train/configuration',
    about: "settings in ML-Agents' schema, read, checked and told with their line; which of them hold at a step",
    knows: [...groundOfTraining],
  },
  {
    name: 'train/numbers',
    about: 'the streams that training draws random numbers from, and the error of a number that is none',
    knows: ['base'],
  },
  {
    name: 'train/policy',
    about: 'actor and critic as TensorFlow.js functions, the normaliser, the policy as it acts',
    knows: [...groundOfTraining, 'onnx', 'compile', 'train/numbers'],
  },
  {
    name: 'train/judge',
    about: 'which held-out episodes a policy plays, which was the best, and when a lesson or the run is over',
    knows: [
      ...groundOfTraining,
      ...statistics,
      'evaluate/trials.ts',
      'train/configuration',
      'train/numbers',
      'train/policy',
    ],
  },
  {
    name: 'train/collect',
    about: 'experience: roll-outs of worker threads and of a live world, and the trials that the workers play',
    knows: [...groundOfTraining, 'compile', 'train/numbers', 'train/policy', 'train/judge'],
  },
  {
    name: 'train/learn',
    about: 'from a roll-out to the next policy: advantages, losses, Adam, schedules',
    knows: [...groundOfTraining, 'compile', 'train/configuration', 'train/numbers', 'train/policy', 'train/collect'],
  },
  {
    name: 'train/keep',
    about: 'what a run leaves and goes on from: checkpoints, metrics, TensorBoard, dumps',
    knows: [...groundOfTraining, 'evaluate/score.ts', ...training.slice(0, -1)],
  },
  {
    name: 'train',
    about: 'PPO, which `training.ts` reads like: collect, normalise, estimate, update, record, save',
    knows: [...groundOfTraining, 'evaluate/score.ts', 'compile', ...training],
  },
  {
    name: 'export',
    about: 'actor -> the file that ML-Agents accepts',
    knows: ['onnx', 'compile', 'lint', 'train/policy'],
  },
  {
    name: 'browser',
    about: 'a headless Chromium that is there already: modules of ours put into its page, which has no network',
    knows: ['base'],
  },
  {
    name: 'viewer/learn',
    about: 'a walker learns in a page: the trainer in a worker of its own, what surrounds it there, its panel',
    knows: ['base', 'onnx', 'compile', 'envs/env.ts', 'physics', 'envs/walker', ...training, 'train', 'export'],
  },
  {
    name: 'validate',
    about: 'the file is the policy: in onnxruntime-node, in onnxruntime-web, and with --web in a browser',
    knows: ['base', 'onnx', 'compile', 'lint', 'physics', 'envs', 'envs/walker', 'browser'],
  },
  {
    name: 'regress',
    about: 'the file still walks: baseline, statistics, checks in the order of their cost, verdict, JUnit',
    knows: ['base', 'cli', 'onnx', 'lint', 'compile', 'envs', 'envs/walker', 'evaluate', 'validate'],
  },
  {
    name: 'fleet',
    about: 'jobs done elsewhere: their kinds, a queue in Redis with what goes beside it, actors that take them',
    knows: ['base', 'cli', 'compile', 'envs', 'envs/walker', 'envs/ragdoll', 'evaluate', ...training, 'train'],
  },
  {
    name: 'deploy-unity',
    about:
      'into a Unity project and back out, all or nothing: the place, its `.meta`, who refers to it, which packages run it, the physics',
    knows: ['base', 'unity-assets'],
  },
  {
    name: 'unity',
    about:
      "`com.gaitsmith`, the package for Unity: the walker's C#, a window, a sample; `make/` writes what of it, and of the example project, is made from the world that walkers are trained in",
    knows: ['base', 'envs/walker', 'deploy-unity/asset-guid.ts', 'deploy-unity/meta-file.ts'],
  },
  { name: 'examples', about: 'a Unity project to deploy into, and workflows for CI', knows: [] },
  {
    name: 'init',
    about: 'a folder set up beside a Unity project: what was found there, and the files that are written',
    knows: ['base', 'cli', 'unity-assets', 'deploy-unity', 'envs/ragdoll', 'propose'],
  },
  {
    name: 'import-rig',
    about:
      'a ragdoll of a Unity project as a rig: hierarchy, shapes, joints, what was assumed; report, picture, changes',
    knows: ['base', 'cli', 'unity-assets', 'physics', 'envs/ragdoll', 'deploy-unity', 'init/look.ts'],
  },
  {
    name: 'doctor',
    about: 'whether the machine and the Unity project have what is needed, as a table of checks',
    knows: ['base', 'cli', 'compile', 'unity-assets', 'deploy-unity'],
  },
  {
    name: 'film',
    about: 'a policy walking, as an animated PNG: recording, shapes, camera and floor, palette, file',
    knows: ['base', 'cli', 'models', 'physics', 'envs', 'envs/walker', 'evaluate'],
  },
  {
    name: 'report',
    about: 'what came of a run as one HTML page: curves, speed held, verdicts, settings; several runs overlaid',
    knows: ['base', 'cli', 'models', 'envs/walker', 'evaluate', 'train/configuration', 'validate', 'film'],
  },
  {
    name: 'sweep',
    about:
      'many trainings by one file: planners (pure), legs of trainings, the processes that train them, the best of them',
    knows: ['base', 'cli', 'envs', ...statistics, ...training, 'train', 'report', 'fleet'],
  },
  {
    name: 'viewer',
    about: 'a policy walking in the browser: `simulation/` (in a worker), `page/`, `reading/` (pure), `server/` (Node)',
    knows: [
      'base',
      'cli',
      'onnx',
      'compile',
      'models',
      'envs',
      'physics',
      'envs/walker',
      'envs/ragdoll',
      'evaluate',
      'viewer/learn',
    ],
  },
  {
    name: 'ship',
    about: 'a run becomes `models/<name>`',
    knows: ['base', 'cli', 'onnx', 'models', 'envs', 'envs/walker', ...training, 'validate'],
  },
  {
    name: 'pipeline',
    about: 'the stages in their order, the run folder and its manifest; the entry, with the one table of commands',
    knows: [
      'base',
      'cli',
      'onnx',
      'compile',
      'models',
      'envs',
      'envs/walker',
      'envs/ragdoll',
      'envs/unity',
      'evaluate',
      ...training,
      'train',
      'lint',
      'inspect',
      'export',
      'browser',
      'validate',
      'regress',
      'fleet',
      'deploy-unity',
      'init',
      'import-rig',
      'doctor',
      'film',
      'report',
      'sweep',
      'viewer',
      'ship',
    ],
  },
  {
    name: 'bench',
    about: '`npm run bench -- NAME`: what is measured and never asserted',
    knows: [
      'base',
      'physics',
      'cli',
      'onnx',
      'compile',
      'models',
      'unity-assets',
      'envs',
      'envs/walker',
      'envs/unity',
      'evaluate',
      ...training,
      'train',
      'lint',
      'regress',
      'fleet',
      'deploy-unity',
      'browser',
      'viewer',
    ],
  },
  {
    name: 'docs',
    about: 'what people read; `make/` writes what of it is made from the code',
    knows: ['base', 'cli', 'lint', 'train/keep', 'sweep', 'pipeline'],
  },
  {
    name: 'package',
    about: 'what is published: the sources built into JavaScript and types, the licences of what went in',
    knows: [
      'base',
      'docs/make/imports.ts',
      'validate/web/page-scripts.ts',
      'viewer/server/build.ts',
      'viewer/server/packed-page.ts',
    ],
  },
];
