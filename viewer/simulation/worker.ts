/**
 * The worker of the page: loads what is needed, opens policies, and lets a simulation run at the pace of a clock.
 *
 * Messages are dealt with one after the other, and never within a step.
 */
import { UserError } from '../../base/failure/user-error.ts';
import { giveWasm } from '../../compile/onnxruntime-web.ts';
import { compileKernelModule } from '../../physics/kernel.ts';
import { Clock } from './clock.ts';
import { gripPoint } from './hands.ts';
import type { FromWorker, ToldProblem, ToWorker } from './messages.ts';
import { type OpenedPolicy, openPolicy } from './policy.ts';
import { type Replay, writeReplay } from './replay.ts';
import { Simulation } from './simulation.ts';
import { type Who, walkerWho, whoOf } from './who.ts';

const policies = new Map<number, OpenedPolicy>();
let who: Who = walkerWho;
let clock = new Clock(who.settings.step);
let kernel: WebAssembly.Module | undefined;
let simulation: Simulation | undefined;
/** What is being played again, and which of its inputs is next. */
let replay: Replay | undefined;
let nextInput = 0;
let watched = 0;

const tell = (message: FromWorker, transfer: Transferable[] = []) => postMessage(message, { transfer });

/** Messages wait here while a step or another message is under way. */
let turn: Promise<void> = Promise.resolve();
const inTurn = (work: () => Promise<void> | void, number?: number) => {
  turn = turn
    .then(work)
    .catch((error: unknown) =>
      tell({ kind: 'problem', ...(number === undefined ? {} : { number }), problem: toldOf(error) }),
    );
};

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  inTurn(() => hear(data), 'number' in data ? data.number : undefined);
});

async function hear(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'load':
      who = whoOf(message.character);
      clock = new Clock(who.settings.step);
      return load(message.simulator, message.engine);
    case 'open': {
      const { number, bytes, name } = message;
      const policy = await openPolicy(bytes, name, who.task.behavior);
      policies.set(number, policy);
      const { hash, weights, normalizer } = policy;
      return tell({ kind: 'opened', number, name, hash, weights, ...(normalizer && { normalizer }) });
    }
    case 'close':
      await policies.get(message.number)?.close();
      policies.delete(message.number);
      return;
    case 'begin':
      return begin(message);
    case 'input':
      // A replay goes on by its own inputs alone, until it is over.
      if (replay) return;
      simulation?.apply(message.input);
      if (clock.pace === 0) tellFrame();
      return;
    case 'pace':
      clock.setPace(message.pace, performance.now());
      return;
    case 'advance':
      for (let step = 0; step < message.steps; step++) await stepOnce();
      return tellFrame();
    case 'watch':
      watched = message.walker;
      return tellDecision();
    case 'keep': {
      if (!simulation) return;
      const { setup, inputs, steps, hash } = simulation;
      return tell({ kind: 'kept', replay: writeReplay(setup, { inputs, steps, hash }), hash, steps });
    }
  }
}

/** Both files, told as they come. */
async function load(simulator: string, engine: string): Promise<void> {
  kernel = await compileKernelModule(await fetched(simulator, 'physics')).catch((error: UserError) => {
    const mend = 'open the page in a browser of 2021 or later, in which WebAssembly is not turned off';
    throw new UserError({ ...error.problem, mend }, { cause: error });
  });
  giveWasm(await fetched(engine, 'onnxruntime'));
  tell({ kind: 'ready' });
}

async function fetched(address: string, what: string): Promise<ArrayBuffer> {
  const answer = await fetch(address);
  if (!answer.ok || !answer.body)
    throw new UserError({
      what: `${what} could not be loaded (${answer.status})`,
      where: address,
      mend: 'reload the page',
    });
  const total = Number(answer.headers.get('content-length') ?? 0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = answer.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    tell({ kind: 'loading', what, loaded, total: Math.max(total, loaded) });
  }
  return new Blob(parts).arrayBuffer();
}

function begin({ policies: numbers, setup, replay: again }: Extract<ToWorker, { kind: 'begin' }>): void {
  const opened = numbers.map((number) => policies.get(number)!);
  const names = opened.map(({ name, hash }) => ({ name, hash }));
  simulation = new Simulation(kernel!, opened, { ...setup, policies: names }, who);
  replay = again;
  nextInput = 0;
  watched = Math.min(watched, simulation.walkers - 1);
  clock.restart(performance.now());
  tell({ kind: 'begun', setup: simulation.setup });
  tellFrame();
}

async function stepOnce(): Promise<void> {
  if (!simulation) return;
  if (replay) takeInputsOf(replay, simulation);
  if (replay && simulation.steps >= replay.steps) {
    const { hash } = simulation;
    tell({ kind: 'replayed', hash, expected: replay.hash, isSame: hash === replay.hash });
    // From here on it is live again.
    replay = undefined;
  }
  const begun = performance.now();
  await simulation.step();
  clock.took(performance.now() - begun);
  if (simulation.isDecided) tellDecision();
}

function takeInputsOf({ inputs }: Replay, into: Simulation): void {
  for (; nextInput < inputs.length && inputs[nextInput]![0] <= into.steps; nextInput++)
    into.apply(inputs[nextInput]![1]);
}

/** As many steps as the clock asks for, then a picture of where they led. */
async function run(): Promise<void> {
  const due = clock.due(performance.now());
  if (!simulation || due === 0) return;
  for (let step = 0; step < due && clock.pace > 0; step++) await stepOnce();
  tellFrame();
}

function tellFrame(): void {
  if (!simulation) return;
  const { steps: step, walkers, parting } = simulation;
  const poses = simulation.poses();
  const standings = Array.from({ length: walkers }, (_, which) => simulation!.standing(which));
  const { cost } = clock;
  const grip = gripOf(simulation);
  const pace = clock.measured(performance.now());
  tell({ kind: 'frame', step, poses, standings, ...(grip && { grip }), ...(parting && { parting }), cost, pace }, [
    poses.buffer,
  ]);
}

function gripOf(of: Simulation) {
  const { grip } = of;
  if (!grip) return undefined;
  const { simulator, lane } = of.laneOf(grip.walker);
  return { walker: grip.walker, from: gripPoint(simulator, lane, grip), to: grip.to };
}

function tellDecision(): void {
  if (!simulation) return;
  const { steps: step, hash } = simulation;
  tell({ kind: 'decided', step, walker: watched, hash, ...simulation.decided(watched) });
}

function toldOf(error: unknown): ToldProblem {
  if (!(error instanceof UserError))
    return { what: `the simulation stopped: ${error instanceof Error ? error.message : error}` };
  const { mend } = error.problem;
  const [what = ''] = error.message.split('. To mend it: ');
  return { what, ...(mend ? { mend } : {}) };
}

let isWaiting = false;
setInterval(() => {
  if (clock.pace === 0 || isWaiting) return;
  isWaiting = true;
  inTurn(() => {
    isWaiting = false;
    return run();
  });
}, 4);
