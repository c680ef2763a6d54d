/**
 * The three Unity packages that can run an .onnx, and what each one's importer writes into the .onnx.meta.
 * The script GUID says whose importer an existing meta belongs to; Barracuda and com.unity.sentis share one.
 * The fields are those that follow `script:` in the meta, by version of the package (rows from old to new).
 * Source: the released packages; the inference-engine row is checked byte for byte against Unity's own Walker.onnx.meta.
 */
import { rowFor } from './version.ts';

export type InferenceKind = 'barracuda' | 'sentis' | 'inference-engine';
export type InferencePackageId = 'com.unity.barracuda' | 'com.unity.sentis' | 'com.unity.ai.inference';

export interface InferencePackage {
  readonly id: InferencePackageId;
  readonly kind: InferenceKind;
  /** GUID of the script that imports .onnx files. */
  readonly importer: string;
  readonly metaFields: readonly { readonly from: string; readonly lines: readonly string[] }[];
}

const BARRACUDA_1_0 = ['optimizeModel: 1', 'forceArbitraryBatchSize: 1', 'treatErrorsAsWarnings: 0'];
const BARRACUDA_1_3 = [...BARRACUDA_1_0, 'importMode: 1'];
const BARRACUDA_2_4 = [...BARRACUDA_1_3, 'weightsTypeMode: 0', 'activationTypeMode: 0'];

/** Newest first: where a project holds several and ML-Agents' version doesn't decide, the newest is the one in use. */
export const INFERENCE_PACKAGES: readonly InferencePackage[] = [
  {
    id: 'com.unity.ai.inference',
    kind: 'inference-engine',
    importer: 'f22407ba6b4157b4a93d0a670bd3dd57',
    // -1 leaves the batch dimension dynamic. Unity rewrites the list from the model's own symbolic dimensions.
    metaFields: [{ from: '2.2.0', lines: ['dynamicDimConfigs:', '- name: batch', '  size: -1'] }],
  },
  {
    id: 'com.unity.sentis',
    kind: 'sentis',
    importer: '683b6cb6d0a474744822c888b46772c9',
    metaFields: [
      { from: '1.0.0-exp.1', lines: ['optimizeModel: 1'] },
      { from: '1.4.0-pre.1', lines: [] },
    ],
  },
  {
    id: 'com.unity.barracuda',
    kind: 'barracuda',
    importer: '683b6cb6d0a474744822c888b46772c9',
    metaFields: [
      { from: '1.0.0', lines: BARRACUDA_1_0 },
      { from: '1.3.0-preview', lines: BARRACUDA_1_3 },
      { from: '2.4.0-preview', lines: BARRACUDA_2_4 },
    ],
  },
];

/** The importer's fields in a new .onnx.meta; the newest package's where the version is unknown. */
export function metaFieldsOf(inference: InferencePackage, version: string | undefined): readonly string[] {
  const row = version === undefined ? undefined : rowFor(inference.metaFields, version);
  return (row ?? inference.metaFields.at(-1)!).lines;
}

/** The packages whose importer has this script GUID. */
export function packagesWithImporter(importer: string): readonly InferencePackage[] {
  return INFERENCE_PACKAGES.filter((candidate) => candidate.importer === importer);
}
