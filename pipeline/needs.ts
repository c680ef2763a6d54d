/**
 * What each command needs at its first run, and what that costs: for the table of commands, and so for help and docs. Nothing is
 * ever downloaded: what a command can do more with, npm installs when it is told to.
 */

/** Packages that a command uses where they are, and does without or asks for where they are not. */
export const packages = {
  'onnxruntime-node': {
    megabytes: 290,
    gives: 'the native onnxruntime, which trains 2.4 times as fast as its WebAssembly',
    install: 'npm install -D --ignore-scripts onnxruntime-node',
  },
  'physx-js-webidl': {
    megabytes: 10,
    gives: 'the world physx, to compare with',
    install: 'npm install -D physx-js-webidl',
  },
  'playwright-core': {
    megabytes: 14,
    gives: '--web, in a Chromium that is there already',
    install: 'npm install -D playwright-core',
  },
} as const;
export type PackageName = keyof typeof packages;

export interface Needs {
  /** Besides Gaitsmith: a file, a Unity project, a browser. */
  readonly besides?: string;
  /**
   * What the least that it can do took (a training of one buffer, 8 short episodes, one film of a second), by the WebAssembly engine:
   * MB of its largest process, and seconds of a processor.
   */
  readonly least?: { readonly megabytes: number; readonly seconds: number };
  /** What its usual work takes, where that is far more. */
  readonly usually?: string;
  readonly packages?: readonly PackageName[];
}

/** As sentences, one a line. */
export function needsLines({ besides, least, usually, packages: names = [] }: Needs): string[] {
  const cost = least && `At least ${least.megabytes} MB of memory and ${least.seconds} s of a processor`;
  return [
    `Needs ${besides ?? 'nothing but Gaitsmith'}; downloads nothing.`,
    ...(cost ? [`${cost}${usually === undefined ? '' : `; ${usually}`}.`] : []),
    ...names.map((name) => {
      const { megabytes, gives, install } = packages[name];
      return `With the package ${name} (${megabytes} MB) it has ${gives}: ${install}`;
    }),
  ];
}

const project = 'a Unity project, named by --unity-project or gaitsmith.yaml';
const policy = 'a policy, an .onnx file';
const engine = 'onnxruntime-node';
const physx = 'physx-js-webidl';
const browser = 'playwright-core';

/** By command. Sizes of packages and costs were measured on Linux. */
export const needs: Readonly<Record<string, Needs>> = {
  pipeline: {
    besides: 'for its deploy a Unity project, and nothing for the rest',
    least: { megabytes: 640, seconds: 17 },
    usually: 'seven minutes by its own settings, with onnxruntime-node on two hyperthreads at 2.8 GHz',
    packages: [engine, physx, browser],
  },
  train: {
    least: { megabytes: 640, seconds: 11 },
    usually: 'seven minutes by its own settings, with onnxruntime-node on two hyperthreads at 2.8 GHz',
    packages: [engine, physx],
  },
  export: { besides: 'a run that was trained', least: { megabytes: 100, seconds: 1 } },
  validate: {
    besides: 'a run that was exported; for --web a Chromium',
    least: { megabytes: 260, seconds: 5 },
    packages: [engine, browser],
  },
  deploy: { besides: `a validated run or a file, and ${project}`, least: { megabytes: 75, seconds: 1 } },
  evaluate: {
    besides: `${policy}; for --web a Chromium`,
    least: { megabytes: 250, seconds: 2 },
    usually: 'the 300 episodes that a verdict needs take minutes',
    packages: [engine, physx, browser],
  },
  regress: {
    besides: `${policy}, and its baseline`,
    least: { megabytes: 450, seconds: 7 },
    usually: 'a verdict takes minutes',
    packages: [engine, physx],
  },
  ship: { besides: 'a run that was validated, and its evaluation' },
  film: { least: { megabytes: 300, seconds: 5 }, packages: [engine, physx] },
  report: {
    besides: 'a run',
    least: { megabytes: 90, seconds: 1 },
    usually: 'without --quick it plays 60 episodes and paints a sheet, which takes a minute or two',
    packages: [engine],
  },
  view: { besides: 'a browser with WebGL and SIMD' },
  'build:viewer': {},
  lint: { besides: policy, least: { megabytes: 70, seconds: 1 }, packages: [engine] },
  inspect: { besides: policy, least: { megabytes: 65, seconds: 1 } },
  'import-rig': { besides: 'a Unity project, and in it a prefab or scene with a ragdoll' },
  sweep: { besides: 'a sweep.yaml', packages: [engine, physx] },
  actor: { besides: 'a Redis server, named by --queue', packages: [engine, physx] },
  queue: { besides: 'a Redis server, named by --queue' },
  init: { least: { megabytes: 60, seconds: 1 } },
  doctor: { least: { megabytes: 90, seconds: 1 } },
  'serve-env': { besides: 'a trainer of ML-Agents, such as mlagents-learn', packages: [physx] },
  build: { least: { megabytes: 60, seconds: 1 } },
};
