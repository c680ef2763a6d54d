/** What a sweep knows of the world that its trainings take place in. */
import type { BehaviorSpec, ParameterValues } from '../envs/env.ts';
import type { ParameterCheck } from '../train/configuration/environment-parameters.ts';

export interface SweptWorld {
  /** URL of an `EnvironmentModule`. */
  readonly module: string;
  readonly behavior: BehaviorSpec;
  /** What it says of a parameter, and of those that an episode may have together. */
  readonly checkParameter?: ParameterCheck;
  readonly checkParameters?: (values: ParameterValues) => void;
  /** The solver's name in full. @throws UserError where there is none of that name. */
  readonly worldNamed: (name: string | undefined) => string | null;
}
