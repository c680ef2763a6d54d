/**
 * The player as an executable that trainers can launch: a script in the places where they look for one.
 *
 * ML-Agents takes `--env dist/GaitsmithWalker/GaitsmithWalker` and looks for that name with .x86_64 on Linux, and inside an
 * .app bundle on macOS. On Windows it wants an .exe, which no script is.
 */

import { chmodSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { commandText } from '../../../base/command-text.ts';
import { packageRoot } from '../../../base/files/own-files.ts';
import { writeAtomically } from '../../../base/files/write-atomically.ts';
import { loaderOf } from '../../../base/threads/loader.ts';

const NAME = 'GaitsmithWalker';

/** Where the script lies below the folder of all players, by `process.platform`; everywhere else as on Linux. */
function placeOf(platform: string): string {
  return platform === 'darwin' ? join(NAME, `${NAME}.app`, 'Contents', 'MacOS', NAME) : join(NAME, `${NAME}.x86_64`);
}

export interface Built {
  readonly executable: string;
  /** What goes behind a trainer's `--env`. */
  readonly env: string;
}

/**
 * @param folder where the players go: dist.
 * @param entry the script that runs the commands, `serve-env` among them.
 */
export function buildExecutable(folder: string, entry: string, platform: string = process.platform): Built {
  const executable = join(folder, placeOf(platform));
  rmSync(join(folder, NAME), { recursive: true, force: true });
  writeAtomically(executable, script(resolve(entry)));
  chmodSync(executable, 0o755);
  return { executable, env: join(folder, NAME, NAME) };
}

/**
 * `exec` puts node in the shell's place, so signals and the exit code are the player's own. All paths are whole, so that it
 * runs from any folder, and tsx is told where the settings of this project are, or it would take those of that folder.
 */
function script(entry: string): string {
  return `#!/bin/sh
# Gaitsmith's Walker as a Unity player. Made by "${commandText('build')}"; it runs the Gaitsmith that made it.
entry=${quoted(entry)}
if [ ! -f "$entry" ]; then
  echo "error: $entry is gone. To mend it: run ${commandText('build')} with the Gaitsmith that you have now" >&2
  exit 1
fi
node=${quoted(process.execPath)}
[ -x "$node" ] || node=node
export TSX_TSCONFIG_PATH=${quoted(join(packageRoot, 'tsconfig.json'))}
exec "$node" ${loaderOf(pathToFileURL(entry)).map(quoted).join(' ')} "$entry" serve-env "$@"
`;
}

/** As a POSIX shell reads it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
