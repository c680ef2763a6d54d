/**
 * The stages in their order. How to add one is told in `stage.ts`.
 */
import type { Stage } from './stage.ts';

export interface StageEntry {
  readonly name: string;
  /** For the list of commands, which loads no stage. */
  readonly summary: string;
  load(): Promise<Stage>;
}

export const stages: readonly StageEntry[] = [
  {
    name: 'train',
    summary: 'trains the walker with PPO',
    load: async () => (await import('./stages/train.ts')).default,
  },
  {
    name: 'export',
    summary: "writes the actor as an ONNX file that Unity's ML-Agents runs",
    load: async () => (await import('./stages/export.ts')).default,
  },
  {
    name: 'validate',
    summary: 'proves that the ONNX file is the policy',
    load: async () => (await import('./stages/validate.ts')).default,
  },
  {
    name: 'deploy',
    summary: 'puts the ONNX file into a Unity project',
    load: async () => (await import('./stages/deploy.ts')).default,
  },
];
