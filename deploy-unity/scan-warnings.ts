/** What the walk through a project met that it could not read, as warnings: one for each kind, with the first of its files. */
import type { ScanProblem } from '../unity-assets/scan-project.ts';
import type { Warning, WarningCode } from './warning.ts';

interface Told {
  readonly code: WarningCode;
  /** What follows from it; the files are the subject. */
  readonly message: string;
}

const TOLD: Readonly<Record<ScanProblem['kind'], Told>> = {
  'git-lfs-pointer': {
    code: 'not-searchable',
    message: 'prefabs or scenes are Git LFS pointers and were not searched; run: git lfs pull',
  },
  binary: { code: 'not-searchable', message: 'prefabs or scenes are not saved as text and were not searched.' },
  'merge-conflict': {
    code: 'merge-conflict',
    message: 'prefabs or scenes hold the markers of a merge conflict and were not searched.',
  },
  unreadable: { code: 'unreadable', message: 'files or folders could not be read and were not searched' },
  'meta-git-lfs-pointer': {
    code: 'meta-unfit',
    message: '.meta files are Git LFS pointers, so the GUIDs of their assets are unknown; run: git lfs pull',
  },
  'meta-merge-conflict': {
    code: 'merge-conflict',
    message: '.meta files hold the markers of a merge conflict; Unity will give their assets new GUIDs.',
  },
  'meta-zero-guid': {
    code: 'meta-unfit',
    message: '.meta files have a GUID of nothing but zeros, which Unity takes for none and replaces.',
  },
  'meta-no-single-guid': {
    code: 'meta-unfit',
    message: '.meta files do not name exactly one GUID; Unity will give their assets new ones.',
  },
};

export function warningsAboutScan(problems: readonly ScanProblem[]): Warning[] {
  return Object.entries(TOLD).flatMap(([kind, { code, message }]) => {
    const found = problems.filter((problem) => problem.kind === kind);
    if (found.length === 0) return [];
    const systems = [...new Set(found.flatMap((problem) => problem.code ?? []))];
    const why = systems.length === 0 ? '' : ` (${systems.join(', ')}).`;
    return [{ code, where: found[0]!.path, message: `${found.length} ${message}${why}` }];
  });
}
