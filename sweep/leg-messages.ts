/** What a sweep and a process that trains its legs say to one another. */
import type { Problem } from '../base/failure/user-error.ts';

export type ToProcess =
  | {
      readonly ask: 'train';
      readonly folder: string;
      /** URL of the `EnvironmentModule`. */
      readonly module: string;
      readonly workers: number;
      readonly threads: number;
    }
  /** Finish the iteration under way, and save. */
  | { readonly ask: 'stop' };

export type FromProcess =
  | { readonly told: 'step'; readonly step: number }
  /** It lies in the leg's folder; or it was asked to stop before. */
  | { readonly told: 'done' | 'stopped' }
  /** What can't be mended by trying again. */
  | { readonly told: 'problem'; readonly problem: Problem }
  | { readonly told: 'bug'; readonly stack: string };
