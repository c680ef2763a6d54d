/**
 * `npm run pipeline -- --rig Assets/Hero/Hero.prefab`: what is done before the stages, so that they train, export and deploy the character
 * of a user's prefab. Its ragdoll is imported, a character and settings are proposed where there are none, and the flags say the rest.
 */
import { basename } from 'node:path';
import type { CommandContext } from '../cli/command-line.ts';
import type { Given } from '../cli/parse-options.ts';

/** A prefab or a scene, and behind a colon an object in it; anything else is a character file, which deploy knows what to do with. */
const prefab = /^(.*?\.(?:prefab|unity))(?::(.+))?$/i;

/**
 * @returns the flags that the stages are run by.
 * @throws UserError where the prefab has no ragdoll, or one that no world can carry. Nothing is trained then.
 */
export async function withOwnCharacter(given: Given, { terminal }: CommandContext): Promise<Given> {
  const { rig: typed, unityProject } = given;
  const meant = typeof typed === 'string' ? prefab.exec(typed) : null;
  if (!meant) return given;
  const { fromHere } = await import('../base/files/from-here.ts');
  const { writeImport } = await import('../import-rig/import-rig.ts');
  const { projectOf } = await import('../import-rig/project-of.ts');
  const { initFromRig } = await import('../init/from-rig.ts');
  const { projectSettings } = await import('./project-file.ts');
  const told = typeof unityProject === 'string' ? unityProject : projectSettings()['unity-project'];
  const project = projectOf(meant[1]!, told);
  const imported = writeImport({ asset: meant[1]!, object: meant[2], unityProject: project, out: undefined });
  const rig = fromHere(imported.out).replaceAll('\\', '/');
  terminal.print(
    `${terminal.color.bold('import')}: ${imported.rig.bodies.length} bodies of ${imported.rig.source} -> ${rig}`,
  );
  const proposed = await initFromRig(rig);
  for (const path of proposed.written) terminal.print(`${terminal.color.bold('propose')}: ${path}`);
  for (const path of proposed.kept) terminal.print(`${terminal.color.bold('propose')}: kept ${path}`);
  for (const { state, sentence } of proposed.findings) {
    if (state === 'bad') terminal.printError(terminal.color.yellow(`warning: ${sentence}`));
    else terminal.print(`  ${sentence}`);
  }
  const name = basename(rig, '.json');
  const object = meant[2] === undefined ? '' : `:${meant[2]}`;
  return {
    runId: name,
    config: proposed.config,
    unityProject: project,
    attach: `${imported.rig.source}${object}`,
    ...given,
    rig: proposed.character,
  };
}
