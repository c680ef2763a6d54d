/** The policies that the page can choose from: the shipped walkers, a file, what was exported in runs, and their checkpoints. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readPolicyFile } from '../../evaluate/policy-file.ts';
import { SHIPPED_WALKER, shippedFiles } from '../../models/shipped.ts';
import type { ListedPolicy } from '../reading/policy-list.ts';
import { hashOfBytes } from '../simulation/running-hash.ts';

/** A listed policy, and how its file's bytes are had. */
export interface ServedPolicy extends ListedPolicy {
  bytes(): Promise<Uint8Array>;
}

/** What is known of a run, as whoever keeps runs hands it in. */
export interface ViewedRun {
  readonly runId: string;
  /** Of the exported policy; undefined where there is none. */
  readonly exported: string | undefined;
  /** Paths, the best one first and then the latest. */
  readonly checkpoints: readonly string[];
  /** Path of the character's file that it trained; absent: the Walker. */
  readonly character?: string | undefined;
}

/** The shipped walkers, the one that runs start from first; an address is where its file lies in a built page. */
export function listedShipped(): (ListedPolicy & { readonly file: string })[] {
  const models = dirname(SHIPPED_WALKER);
  const first = basename(SHIPPED_WALKER);
  const names = readdirSync(models, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  return names
    .filter((name) => existsSync(shippedFiles(join(models, name)).policy))
    .sort((one, other) => Number(other === first) - Number(one === first) || one.localeCompare(other))
    .map((name) => {
      const file = shippedFiles(join(models, name)).policy;
      return {
        id: name,
        name,
        group: 'Shipped',
        address: `policies/${name}.onnx`,
        hash: hashOfBytes(readFileSync(file)),
        file,
      };
    });
}

/**
 * All that can be chosen now, of one character: runs grow while they are looked at.
 *
 * @param character path of its file; undefined: the Walker, of which some are shipped.
 * @param exportCheckpoint makes the ONNX file of one.
 */
export function servedPolicies(
  file: string | undefined,
  runs: readonly ViewedRun[],
  exportCheckpoint: (path: string) => Promise<{ readonly bytes: Uint8Array }>,
  character?: string,
): ServedPolicy[] {
  const ofFile = (id: string, name: string, group: string, path: string): ServedPolicy => ({
    ...{ id, name, group, address: addressOf(id), hash: hashOfBytes(readPolicyFile(path).bytes) },
    bytes: async () => readPolicyFile(path).bytes,
  });
  return [
    ...(file === undefined ? [] : [ofFile('file', basename(file), 'File', file)]),
    ...(character === undefined ? listedShipped() : []).map(({ id, name, group, file }) =>
      ofFile(id, name, group, file),
    ),
    ...runs
      .filter((run) => run.character === character)
      .flatMap(({ runId, exported, checkpoints }) => {
        const group = `Run ${runId}`;
        return [
          ...(exported === undefined ? [] : [ofFile(`run:${runId}`, `${runId}, exported`, group, exported)]),
          ...checkpoints.map((path): ServedPolicy => {
            const id = checkpointId(runId, path);
            return {
              id,
              name: `${runId}, ${nameOf(path)}`,
              group,
              address: addressOf(id),
              bytes: async () => (await exportCheckpoint(path)).bytes,
            };
          }),
        ];
      }),
  ];
}

export function checkpointId(runId: string, path: string): string {
  return `run:${runId}/${basename(path, '.safetensors')}`;
}

/** "step 500,000", "best". */
function nameOf(path: string): string {
  const [, step] = /^step-0*(\d+)/.exec(basename(path)) ?? [];
  return step ? `step ${Number(step).toLocaleString('en')}` : basename(path, '.safetensors');
}

function addressOf(id: string): string {
  return `policy/${encodeURIComponent(id)}`;
}
