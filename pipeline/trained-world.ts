/** Which world a run was trained in, where that was a live Unity. */
import { readManifest } from './manifest.ts';
import type { RunFolder } from './run-folder.ts';

/** In an exported file's metadata; the embedded world has none, for it is known by the settings. */
export const LIVE_WORLD = 'gaitsmith.live_world';

/** "unity" for the Editor, or the path of a built player; undefined for the embedded world. (The stage `train` records it.) */
export function liveWorldOf(run: RunFolder): string | undefined {
  const settings = readManifest(run).stages['train']?.inputs.settings;
  if (settings === null || typeof settings !== 'object' || !('world' in settings)) return undefined;
  const { world } = settings;
  return Array.isArray(world) && typeof world[0] === 'string' ? world[0] : 'unity';
}
