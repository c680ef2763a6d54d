/**
 * Something a deploy noticed that does not stop it, but that the person should know: the Editor is open, a prefab
 * expects other sizes, a Git LFS pointer was replaced. What stops a deploy is a UserError instead.
 */
export interface Warning {
  readonly code: WarningCode;
  /** One sentence or two: what was noticed and what follows from it. */
  readonly message: string;
  /** The file it is about, relative to the Unity project. */
  readonly where?: string;
}

export type WarningCode =
  | 'editor-open'
  | 'editor-too-old'
  | 'ml-agents-missing'
  | 'ml-agents-version-unknown'
  | 'engine-mismatch'
  | 'engine-version-unknown'
  | 'no-deterministic-inference'
  | 'importer-of-another-package'
  | 'guid-used-twice'
  | 'replaces-lfs-pointer'
  | 'not-searchable'
  | 'not-referenced'
  | 'stale-file-id'
  | 'heuristic-only'
  | 'size-mismatch'
  | 'discrete-branches'
  | 'extra-sensors'
  | 'model-removed'
  | 'malformed-asset'
  | 'merge-conflict'
  | 'meta-unfit'
  | 'unreadable'
  | 'deploy-unfinished'
  | 'physics-drift'
  | 'physics-unknown'
  | 'package-missing'
  | 'parity-test-stale'
  | 'no-test-framework'
  | 'packages-disagree'
  | 'two-package-folders';
