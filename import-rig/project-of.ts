/** Which Unity project is meant where none was named: the one that the file lies in, else the only one nearby. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../base/failure/user-error.ts';
import { projectsNear } from '../init/look.ts';

/** @throws UserError where that can't be told. */
export function projectOf(asset: string, given: string | undefined): string {
  if (given !== undefined) return given;
  const around = projectAround(asset);
  if (around !== undefined) return around;
  const near = projectsNear('.');
  if (near.length === 1) return near[0]!;
  throw new UserError({
    what: near.length === 0 ? 'no Unity project is nearby' : 'several Unity projects are nearby',
    where: '--unity-project',
    ...(near.length === 0 ? {} : { value: near }),
    mend: `write --unity-project ${near[0] ?? '../MyGame'}`,
  });
}

/** The nearest folder above the file that has the settings of a Unity project. */
function projectAround(asset: string): string | undefined {
  if (!existsSync(asset)) return undefined;
  for (let folder = dirname(resolve(asset)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(resolve(folder, 'ProjectSettings/ProjectVersion.txt'))) return folder;
  }
  return undefined;
}
