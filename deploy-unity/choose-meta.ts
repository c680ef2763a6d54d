/**
 * Decides about the .meta beside the model: an existing one is kept byte for byte, a missing one is written with the
 * GUID that follows from the path. Refuses where either would leave Unity with two assets of one GUID or with none.
 */
import { UserError } from '../base/failure/user-error.ts';
import { assetGuid } from './asset-guid.ts';
import { isLfsPointer } from './git-lfs.ts';
import { type InferencePackage, packagesWithImporter } from './inference-packages.ts';
import { newModelMeta, readMeta } from './meta-file.ts';
import type { RecognisedPackages } from './recognise-packages.ts';
import type { Warning } from './warning.ts';

export interface ChosenMeta {
  readonly guid: string;
  /** The text of a new .meta; undefined where the existing one is kept. */
  readonly text: string | undefined;
  readonly warnings: readonly Warning[];
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

function keep(
  asset: string,
  existing: Uint8Array,
  inference: InferencePackage,
  assetsByGuid: ReadonlyMap<string, readonly string[]>,
): ChosenMeta {
  const where = `${asset}.meta`;
  if (isLfsPointer(existing)) {
    const mend = 'git lfs pull';
    throw new UserError({ what: 'the .meta in place is a Git LFS pointer: its GUID is unknown', where, mend });
  }
  const facts = readMeta(existing);
  if (!facts) {
    throw new UserError({
      what: 'the .meta in place does not name exactly one GUID',
      where,
      expected: 'one line "guid: " with 32 lower-case hexadecimal digits',
      mend: 'resolve merge conflicts in it, or restore it from version control',
    });
  }
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
