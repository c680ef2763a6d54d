/** A bare page with the panel alone, for the tests and for who works on it. */
import { LearnEngine } from '../../../../viewer/learn/engine.ts';
import { engineFiles, learnToWalk } from '../../../../viewer/learn/files.ts';
import { mountLearnPanel } from '../../../../viewer/learn/panel.ts';

const shown: number[] = [];
const rollouts: string[] = [];
const panel = mountLearnPanel(document.querySelector<HTMLElement>('#panel')!, {
  showPolicy: ({ step }) => shown.push(step),
  firstRollout: (sha256) => rollouts.push(sha256),
});
Object.assign(globalThis, { panel, shown, rollouts, LearnEngine, engineFiles, learnToWalk });
