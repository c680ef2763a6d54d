/** The panel "learn to walk": its buttons, its words and its curves, in plain elements. A page mounts it with one call. */
import './panel.css';
import type { Problem } from '../../base/failure/user-error.ts';
import type { GpuBuildFiles } from '../../compile/onnxruntime-web.ts';
import { CurvePlot } from './curve-plot.ts';
import { curves, latestReward, type Point } from './curves.ts';
import { LearnEngine, type LearnState, type LearntPolicy } from './engine.ts';
import { engineFiles, learnToWalk } from './files.ts';
import { findGpu, toldOutcomes } from './gpu.ts';
import type { Computes } from './messages.ts';

export interface PanelOptions {
  /** Shows a policy walking: it is called with each new one while it learns, every few seconds at most. */
  readonly showPolicy: (policy: LearntPolicy) => void;
  /** What is learnt by, YAML in ML-Agents' schema; default: learn-to-walk.yaml. */
  readonly settings?: string | undefined;
  /** Addresses of onnxruntime's build for GPUs, where the page has it: then what computes can be chosen on a device with a GPU. */
  readonly gpu?: GpuBuildFiles | undefined;
  /** Whether one that the processor plays is as good, for tests. */
  readonly takesSoftwareGpu?: boolean | undefined;
  /** Hears of the first roll-out's SHA-256. */
  readonly firstRollout?: (sha256: string) => void;
}

export interface LearnPanel {
  readonly engine: LearnEngine;
  /** Takes the panel away, and ends what it has under way; what is kept stays. */
  close(): void;
}

/** Builds the panel within an element, and finds what an earlier visit has kept. */
export function mountLearnPanel(element: HTMLElement, options: PanelOptions): LearnPanel {
  const parts = partsOf(element);
  const plots = curves.map((curve) => ({ name: curve.name, plot: new CurvePlot(curve, parts.curves) }));
  let isDrawn = true;
  const tell = (text: string) => {
    parts.note.textContent = text;
  };
  const engine: LearnEngine = new LearnEngine(
    { ...engineFiles, gpu: options.gpu },
    {
      changed() {
        if (!isDrawn) return;
        isDrawn = false;
        requestAnimationFrame(draw);
      },
      policy: (policy) => options.showPolicy(policy),
      firstRollout: (sha256) => options.firstRollout?.(sha256),
      info: tell,
      problem: (problem) => tell(toldProblem(problem)),
    },
  );

  function draw(): void {
    isDrawn = true;
    const { state, points, policy } = engine;
    element.dataset['state'] = state;
    parts.status.textContent = toldState(state, points);
    parts.computes.textContent = toldOutcomes([...engine.outcomes.values()]);
    for (const [name, isShown] of Object.entries(shownIn[state])) parts.buttons[name as ButtonName].hidden = !isShown;
    parts.buttons.onnx.hidden = policy === undefined;
    parts.buttons.checkpoint.hidden = engine.checkpoint === undefined;
    parts.seed.disabled = state !== 'nothing';
    parts.device.disabled = state !== 'nothing' && state !== 'stopped';
    const steps = points.map(({ step }) => step);
    for (const { name, plot } of plots)
      plot.draw(
        steps,
        points.map((point) => point[name]),
      );
  }

  /** Without a GPU there is nothing to choose. */
  const computes = (): Computes => (parts.deviceLabel.hidden ? 'cpu' : (parts.device.value as Computes));
  const offerGpu = async () => {
    const found = options.gpu && (await findGpu());
    if (!found || (found.isSoftware && !options.takesSoftwareGpu)) return;
    if (found.name) parts.deviceLabel.title = found.name;
    parts.deviceLabel.hidden = false;
  };
  const begin = () => {
    tell('');
    const { settings = learnToWalk } = options;
    engine.start({ seed: Number(parts.seed.value), settings, computes: computes() });
  };
  const does: Record<ButtonName, () => void> = {
    begin,
    stop: () => engine.stop(),
    goOn: () => engine.goOn(computes()),
    anew: () => void engine.forget(),
    onnx: () => download(engine.policy!.onnx, 'Walker.onnx'),
    checkpoint: () => download(engine.checkpoint!, 'walker.safetensors'),
  };
  for (const [name, button] of Object.entries(parts.buttons))
    button.addEventListener('click', does[name as ButtonName]);
  void engine.open();
  void offerGpu();
  draw();
  return {
    engine,
    close() {
      engine.stop();
      element.replaceChildren();
    },
  };
}

const buttonTexts = {
  begin: 'Learn to walk',
  stop: 'Stop',
  goOn: 'Go on',
  anew: 'Forget it',
  onnx: 'Download .onnx',
  checkpoint: 'Download checkpoint',
};
const deviceTexts: Readonly<Record<Computes, string>> = {
  faster: 'whichever is faster',
  cpu: 'CPU (WASM)',
  gpu: 'GPU (WebGPU)',
};
type ButtonName = keyof typeof buttonTexts;

const shownIn: Readonly<Record<LearnState, Readonly<Partial<Record<ButtonName, boolean>>>>> = {
  nothing: { begin: true, stop: false, goOn: false, anew: false },
  starting: { begin: false, stop: true, goOn: false, anew: false },
  learning: { begin: false, stop: true, goOn: false, anew: false },
  stopping: { begin: false, stop: false, goOn: false, anew: true },
  stopped: { begin: false, stop: false, goOn: true, anew: true },
  finished: { begin: false, stop: false, goOn: false, anew: true },
};

function partsOf(element: HTMLElement) {
  element.classList.add('learn-panel');
  const buttons = Object.fromEntries(
    Object.entries(buttonTexts).map(([name, text]) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = text;
      button.dataset['does'] = name;
      return [name, button];
    }),
  ) as Record<ButtonName, HTMLButtonElement>;
  const seed = document.createElement('input');
  Object.assign(seed, { type: 'number', min: '0', max: '2147483647', step: '1', value: '1' });
  const label = document.createElement('label');
  label.append('Seed ', seed);
  const row = document.createElement('div');
  row.className = 'learn-buttons';
  const device = document.createElement('select');
  for (const [value, text] of Object.entries(deviceTexts)) device.append(new Option(text, value));
  const deviceLabel = document.createElement('label');
  deviceLabel.append('Learns on ', device);
  deviceLabel.hidden = true;
  row.append(...Object.values(buttons), label, deviceLabel);
  const paragraph = () => document.createElement('p');
  const [status, computes, note] = [paragraph(), paragraph(), paragraph()];
  status.setAttribute('role', 'status');
  computes.className = 'learn-note';
  note.className = 'learn-note';
  const drawn = document.createElement('div');
  drawn.className = 'learn-curves';
  element.replaceChildren(row, status, computes, note, drawn);
  return { buttons, seed, device, deviceLabel, status, computes, note, curves: drawn };
}

function toldState(state: LearnState, points: readonly Point[]): string {
  const last = points.at(-1);
  const learnt = last
    ? `${last.step.toLocaleString('en')} decisions in ${toldSeconds(last.seconds)}; reward ${latestReward(points)?.toFixed(1) ?? '-'}; ${Math.round(last.decisionsPerSecond).toLocaleString('en')} decisions a second.`
    : '';
  const words: Record<LearnState, string> = {
    nothing: 'Trains a walker from nothing, here in this page, on this device.',
    starting: last ? `Starting again: ${learnt}` : 'Starting: loading the simulator and tracing the networks.',
    learning: last ? `Learning: ${learnt}` : 'Learning: the first roll-out is under way.',
    stopping: `Stopping after this update. ${learnt}`,
    stopped: `Stopped: ${learnt}`,
    finished: `Finished: ${learnt}`,
  };
  return words[state];
}

function toldSeconds(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${Math.round(seconds)} s` : `${minutes} min ${Math.round(seconds % 60)} s`;
}

function toldProblem({ what, where, value, expected, mend }: Problem): string {
  const parts = [
    `${where ? `${where}: ` : ''}${what}${value === undefined ? '' : ` (${String(value)})`}.`,
    expected && `Expected: ${expected}.`,
    mend && `To mend it: ${mend}.`,
  ];
  return parts.filter(Boolean).join(' ');
}

function download(bytes: Uint8Array, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
