/**
 * `--bind PREFAB[:BEHAVIOUR]`: gives Behavior Parameters of a prefab or scene the model. Changes the bytes of that one
 * reference; where the component belongs to a prefab instance, it becomes an override there.
 */
import { nearestName } from '../base/failure/nearest-name.ts';
import { UserError } from '../base/failure/user-error.ts';
import type { Assets } from '../unity-assets/assets.ts';
import type { ProjectScan } from '../unity-assets/scan-project.ts';
import type { WantedValue } from './asset-changes.ts';
import { type Behavior, behaviorsIn, MODEL_FIELD, MODEL_FILE_ID } from './behavior-parameters.ts';

export interface Binding {
  /** A prefab or scene, relative to the project. */
  readonly path: string;
  /** Name of the behaviour; needed where the file holds several. */
  readonly behavior?: string;
}

const EXAMPLE = 'Assets/Agents/Walker.prefab:Walker';

/** @throws UserError where the words name no prefab or scene. */
export function bindingIn(words: string): Binding {
  const { path, name } = assetIn(words, '--bind', `PREFAB or PREFAB:BEHAVIOUR, such as ${EXAMPLE}`);
  return { path, ...(name === undefined ? {} : { behavior: name }) };
}

/** `Assets/A.prefab:NAME` in its two parts. @throws UserError where the words name no prefab or scene. */
export function assetIn(words: string, where: string, expected: string): { path: string; name?: string } {
  const parts = /^(Assets\/.*?\.(?:prefab|unity))(?::(.*))?$/i.exec(words);
  const name = parts?.[2]?.trim();
  if (!parts || name === '' || parts[1]!.split('/').includes('..')) {
    throw new UserError({
      what: `this names no prefab or scene to ${where.slice(2)}`,
      where,
      value: words,
      expected,
      mend: 'name a .prefab or .unity file as it stands in the project, from Assets/ on',
    });
  }
  return { path: parts[1]!, ...(name === undefined ? {} : { name }) };
}

/**
 * The references to be written, one for each component that the binding means.
 *
 * @throws UserError where there is no such file, or no such behaviour in it, or more than one kind
 */
export function bindTo(
  modelGuid: string,
  { path, behavior }: Binding,
  assets: Assets,
  scan: ProjectScan,
): WantedValue[] {
  refuseMissing(path, scan, '--bind');
  const all = behaviorsIn(assets, path);
  const meant = behavior === undefined ? all : all.filter(({ name }) => name === behavior);
  const names = [...new Set(all.map(({ name }) => name ?? '?'))];
  if (all.length === 0) throw noBehaviors(path, assets);
  if (meant.length === 0) {
    throw new UserError({
      what: 'there are no Behavior Parameters of that name',
      where: `--bind ${path}`,
      value: behavior,
      expected: `one of ${names.join(', ')}`,
      mend: `write --bind ${path}:${nearestName(behavior!, names) ?? names[0]}`,
    });
  }
  if (behavior === undefined && names.length > 1) {
    throw new UserError({
      what: 'this file holds several behaviours, and they do not share a model',
      where: `--bind ${path}`,
      expected: `one of ${names.join(', ')}`,
      mend: `write --bind ${path}:${names[0]}`,
    });
  }
  const value = { reference: { fileId: MODEL_FILE_ID, guid: modelGuid, type: '3' } };
  return meant.map(({ object }: Behavior) => ({ path, object, property: MODEL_FIELD, value }));
}

/** @param flag that named it */
export function refuseMissing(path: string, { texts, problems }: ProjectScan, flag: string): void {
  // What is there but can't be read is told when it is.
  if (texts.has(path) || problems.some((problem) => problem.path === path)) return;
  const there = [...texts.keys()].filter((each) => /\.(prefab|unity)$/i.test(each));
  const near = nearestName(path, there);
  throw new UserError({
    what: 'there is no such prefab or scene in the project',
    where: flag,
    value: path,
    ...(near === undefined ? {} : { expected: near }),
    mend: near === undefined ? 'name one that is there, from Assets/ on' : `write ${flag} ${near}`,
  });
}

function noBehaviors(path: string, assets: Assets): UserError {
  const unresolved = assets.unresolvedIn(path);
  return new UserError({
    what:
      unresolved.length === 0
        ? 'no agent is in this file: it has no Behavior Parameters'
        : `no agent can be found in this file: of ${unresolved.length} of its prefab instances the prefab is ${unresolved[0]!.why}`,
    where: `--bind ${path}`,
    mend: 'name the prefab or scene that holds the agent, or add Behavior Parameters to it in Unity',
  });
}
