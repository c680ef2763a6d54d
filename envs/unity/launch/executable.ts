/** Finds the program that is meant by the path of a built player, by ML-Agents' rules. */
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nearestName } from '../../../base/failure/nearest-name.ts';
import { UserError } from '../../../base/failure/user-error.ts';

/**
 * @param path with or without the system's ending: `build/Game`, `build/Game.x86_64`, `Game.app`, `Game.exe`.
 * @throws UserError where there is no such player, or one that may not be run.
 */
export function findExecutable(path: string, platform: NodeJS.Platform = process.platform): string {
  const found = candidates(path, platform).find(isFile);
  if (!found) throw missing(path);
  if (platform !== 'win32' && !mayRun(found)) {
    throw new UserError({
      what: 'this file may not be run',
      where: '--env',
      value: found,
      mend: `chmod +x ${found}`,
    });
  }
  return found;
}

function candidates(path: string, platform: NodeJS.Platform): string[] {
  const bare = path.replaceAll(/\.(app|exe|x86_64|x86)/g, '');
  switch (platform) {
    case 'darwin': {
      const programs = join(`${bare}.app`, 'Contents', 'MacOS');
      return [join(programs, basename(bare)), ...filesIn(programs), path];
    }
    case 'win32':
      // Unity puts its crash handler beside the player.
      return [
        `${bare}.exe`,
        ...filesIn(bare).filter((file) => /^(?!.*CrashHandler).*\.exe$/i.test(basename(file))),
        path,
      ];
    default:
      return [path, `${bare}.x86_64`, `${bare}.x86`, bare];
  }
}

function missing(path: string): UserError {
  const folder = dirname(path);
  return new UserError({
    what: 'there is no such player',
    where: '--env',
    value: path,
    expected: nearestName(
      path,
      filesIn(folder)
        .map((file) => (path.startsWith(folder) ? file : join('.', file)))
        .filter((file) => file !== path),
    ),
    mend: 'name the program that Unity built, or --env unity to train in the Editor',
  });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
