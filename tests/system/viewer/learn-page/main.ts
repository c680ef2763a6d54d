/** A bare page with the panel alone, for the tests and for who works on it. `?settings=YAML` learns by other settings, `&gpu` on a GPU, too. */
import { type LearnPanel, mountLearnPanel } from '../../../../viewer/learn/panel.ts';

/** What a test may look at. */
export interface Shown {
  readonly panel: LearnPanel;
  /** Decisions behind each policy that was shown, */
  readonly policies: number[];
  /** and SHA-256 of the first roll-out of each training. */
  readonly rollouts: string[];
}

const asked = new URLSearchParams(location.search);
const [policies, rollouts]: [number[], string[]] = [[], []];
const panel = mountLearnPanel(document.querySelector<HTMLElement>('#panel')!, {
  settings: asked.get('settings') ?? undefined,
  gpu: asked.has('gpu')
    ? { script: `${location.origin}/gpu/onnxruntime.js`, wasm: `${location.origin}/gpu/onnxruntime.wasm` }
    : undefined,
  takesSoftwareGpu: true,
  showPolicy: ({ step }) => policies.push(step),
  firstRollout: (sha256) => rollouts.push(sha256),
});
Object.assign(globalThis, { shown: { panel, policies, rollouts } satisfies Shown });
