/** What a training in a live Unity is asked for with. */
import type { EngineOptions } from '../../compile/index.ts';
import type { UnityConfiguration } from '../../train/configuration/read.ts';
import type { RunFolder } from '../run-folder.ts';

export interface UnityTraining {
  /** Of a built player; undefined: the Editor. */
  readonly player: string | undefined;
  readonly configuration: UnityConfiguration;
  /** Where that stands, as it was named. */
  readonly file: string;
  /** The flags that stand above the configuration. */
  readonly maxSteps?: number | undefined;
  readonly seed?: number | undefined;
  readonly port?: number | undefined;
  readonly numEnvs?: number | undefined;
  readonly host?: string | undefined;
  /** What new behaviours start from instead of init_path: a run, or one of its checkpoints; null: nothing learnt yet. */
  readonly start?: string | null | undefined;
  readonly engine: Pick<EngineOptions, 'backend' | 'device' | 'threads'>;
  readonly resume: boolean;
  /** Puts what an earlier training left in a run folder aside. */
  setAside(run: RunFolder): void;
}
