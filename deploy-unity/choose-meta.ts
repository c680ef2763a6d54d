/**
 * Decides about the .meta beside the model: an existing one is kept byte for byte, a missing one is written with the
 * GUID that follows from the path. Refuses where either would leave Unity with two assets of one GUID or with none.
 */
import { type Problem, UserError } from '../base/failure/user-error.ts';
import { type MetaFacts, type MetaFlaw, readMeta } from '../unity-assets/meta.ts';
import { assetGuid } from './asset-guid.ts';
import { type InferencePackage, packagesWithImporter } from './inference-packages.ts';
import { newModelMeta } from './meta-file.ts';
import type { RecognisedPackages } from './recognise-packages.ts';
import type { Warning } from './warning.ts';

export interface ChosenMeta {
  readonly guid: string;
  /** The text of a new .meta; undefined where the existing one is kept. */
  readonly text: string | undefined;
  readonly warnings: readonly Warning[];
}

/**
 * The GUID that the model will have, before the rest of the project is looked at.
 *
 * @throws UserError where the existing .meta can't be used
 */
export function guidOfModel(asset: string, existing: Uint8Array | undefined): string {
  return existing ? factsOf(asset, existing).guid : assetGuid(asset);
}

/**
 * @param asset project-relative path of the model
 * @param existing what the .meta holds now, undefined where there is none
 * @throws UserError where the existing .meta can't be used or the derived GUID is taken
 */
export function chooseMeta(
  asset: string,
  existing: Uint8Array | undefined,
  { inference, inferenceVersion }: RecognisedPackages,
  assetsByGuid: ReadonlyMap<string, readonly string[]>,
): ChosenMeta {
  if (existing) return keep(asset, existing, inference, assetsByGuid);
  const guid = assetGuid(asset);
  const taken = assetsByGuid.get(guid);
  if (taken) {
    // Not chance: this is the model of an earlier deploy, moved in Unity together with its .meta. What refers to the
    // model refers to it there, so a second one with another GUID would be deployed past everything that uses it.
    throw new UserError({
      what: `the GUID for this asset path already belongs to ${taken[0]}: the model was most likely moved`,
      where: asset,
      value: guid,
      mend: `deploy to ${taken[0]}, or delete that file and its .meta`,
    });
  }
  return { guid, text: newModelMeta(guid, inference, inferenceVersion), warnings: [] };
}

const FROM_VERSION_CONTROL = 'restore it from version control';
const FLAWS: Readonly<Record<MetaFlaw, Pick<Problem, 'what' | 'expected' | 'mend'>>> = {
  'git-lfs-pointer': { what: 'the .meta in place is a Git LFS pointer: its GUID is unknown', mend: 'git lfs pull' },
  'merge-conflict': {
    what: 'the .meta in place holds the markers of a merge conflict, and so two GUIDs or none',
    mend: `keep the side whose GUID your prefabs refer to, or ${FROM_VERSION_CONTROL}`,
  },
  'zero-guid': {
    what: 'the .meta in place has a GUID of nothing but zeros, which Unity takes for none',
    mend: `${FROM_VERSION_CONTROL}, or delete it: the next deploy writes a new one`,
  },
  'no-single-guid': {
    what: 'the .meta in place does not name exactly one GUID',
    expected: 'one line "guid: " with 32 lower-case hexadecimal digits',
    mend: FROM_VERSION_CONTROL,
  },
};

function factsOf(asset: string, existing: Uint8Array): MetaFacts {
  const facts = readMeta(existing);
  if (typeof facts !== 'string') return facts;
  throw new UserError({ where: `${asset}.meta`, ...FLAWS[facts] });
}

function keep(
  asset: string,
  existing: Uint8Array,
  inference: InferencePackage,
  assetsByGuid: ReadonlyMap<string, readonly string[]>,
): ChosenMeta {
  const where = `${asset}.meta`;
  const facts = factsOf(asset, existing);
  const warnings: Warning[] = [];
  if (facts.importer !== inference.importer) {
    const owners = facts.importer === undefined ? [] : packagesWithImporter(facts.importer);
    const owner = owners.length === 0 ? 'another importer' : owners.map(({ id }) => id).join(' or ');
    const message = `The .meta was written by ${owner} and the project has ${inference.id}. It is kept, for its GUID; Unity rewrites the rest when it imports the model.`;
    warnings.push({ code: 'importer-of-another-package', where, message });
  }
  const others = (assetsByGuid.get(facts.guid) ?? []).filter((other) => other !== asset);
  if (others.length > 0) {
    const message = `${others.join(' and ')} has the same GUID; Unity will give one of them a new one, and references may break.`;
    warnings.push({ code: 'guid-used-twice', where, message });
  }
  return { guid: facts.guid, text: undefined, warnings };
}
