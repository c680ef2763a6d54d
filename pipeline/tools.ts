/**
 * Commands that are no stages: they work on what the pipeline made.
 */
import type { CommandEntry } from '../cli/command-line.ts';

export const tools: readonly CommandEntry[] = [
  {
    name: 'ship',
    summary: 'makes the policy of a run the one that comes with Gaitsmith',
    load: async () => (await import('../ship/command.ts')).default,
  },
  {
    name: 'film',
    summary: 'paints a policy walking, as an animated PNG',
    load: async () => (await import('../film/command.ts')).default,
  },
];
