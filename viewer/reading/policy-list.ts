/** `policies.json` beside the page: which policies there are. The server makes it, `npm run build:viewer` writes it, the page reads it. */

import type { CharacterFiles } from '../simulation/who.ts';

export interface ListedPolicy {
  /** In the page's address: "walker", "run:mine", "run:mine/step-000500000". */
  readonly id: string;
  readonly name: string;
  /** Under which heading it stands: "Shipped", "Run mine". */
  readonly group: string;
  /** Of its file, from the page on. */
  readonly address: string;
  /** Of its bytes (simulation/running-hash.ts), where they are known without exporting it. */
  readonly hash?: string;
}

export interface PolicyList {
  readonly policies: readonly ListedPolicy[];
  /** Id of the one to begin with. */
  readonly start: string;
  /** Who walks, where it is not the Walker: all these policies are its. */
  readonly character?: CharacterFiles;
  /** The run that is being trained beside the page, whose news are at `live.json`. */
  readonly live?: string;
  /** Addresses of onnxruntime's build for GPUs, where it lies beside the page. */
  readonly gpu?: { readonly script: string; readonly wasm: string };
}

/** @throws Error where it is none. */
export function readPolicyList(json: unknown): PolicyList {
  const list = json as PolicyList | null;
  const isFit = (policy: ListedPolicy) =>
    [policy?.id, policy?.name, policy?.group, policy?.address].every((text) => typeof text === 'string');
  if (!list || !Array.isArray(list.policies) || typeof list.start !== 'string' || !list.policies.every(isFit))
    throw new Error('policies.json beside this page is no list of policies');
  return list;
}
