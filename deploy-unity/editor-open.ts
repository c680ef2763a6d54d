/**
 * Notices a Unity Editor that has the project open: it will import the new model as soon as its window has the focus,
 * and a batch-mode run of a second Editor would fail. Both signs outlive an Editor that crashed, so they only warn.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Warning } from './warning.ts';

export function warningsAboutOpenEditor(root: string): Warning[] {
  if (isEditorRunning(root)) {
    const message = 'The Unity Editor has this project open; it imports the model when its window has the focus again.';
    return [{ code: 'editor-open', where: 'Library/EditorInstance.json', message }];
  }
  if (existsSync(join(root, 'Temp', 'UnityLockfile'))) {
    const message = 'A Unity Editor may have this project open, or one has crashed and left its lock.';
    return [{ code: 'editor-open', where: 'Temp/UnityLockfile', message }];
  }
  return [];
}

/** The Editor writes its process id there. On a shared disk the id may be of another machine: then it says nothing. */
export function isEditorRunning(root: string): boolean {
  try {
    const { process_id: id } = JSON.parse(readFileSync(join(root, 'Library', 'EditorInstance.json'), 'utf8'));
    if (!Number.isInteger(id) || id <= 0) return false; // 0 and less would mean groups of processes.
    process.kill(id, 0); // Signal 0 only asks whether there is such a process.
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
