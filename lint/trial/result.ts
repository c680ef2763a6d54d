/** What came of running a policy's file: in batches of one and of ten, on ordinary observations and on wild ones. */
export interface Trial {
  /** Why it did not run; undefined where it did. */
  readonly failure?: string | undefined;
  readonly outputs: readonly TriedOutput[];
}

/** An output of actions, computed without the noise. */
export interface TriedOutput {
  readonly name: string;
  /** Rows that came for ten agents. */
  readonly rows: number;
  /** Largest difference between an agent's actions by itself and among ten; 0 where that can't be compared. */
  readonly betweenBatches: number;
  /** Smallest and greatest finite action, wild observations included. */
  readonly least: number;
  readonly greatest: number;
  /** How many actions are NaN or infinite. */
  readonly strange: number;
}

/** Agents in the larger batch. */
export const TRIAL_ROWS = 10;
