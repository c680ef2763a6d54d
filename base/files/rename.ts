/** Renames a file, patiently on Windows: there a virus scanner or an indexer may hold it open for a moment. */
import { renameSync } from 'node:fs';

/** After that it is no moment any more. */
const MILLISECONDS_OF_PATIENCE = 2_000;
const MILLISECONDS_BETWEEN_TRIES = 20;

/**
 * @param rename what renames; a test hands in one that fails.
 * @throws the system's error, EPERM, EBUSY and EACCES on Windows only where they last.
 */
export function renamePatiently(
  from: string,
  to: string,
  rename: (from: string, to: string) => void = renameSync,
  platform: string = process.platform,
): void {
  for (const began = performance.now(); ; ) {
    try {
      rename(from, to);
      return;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      const mayPass = platform === 'win32' && ['EPERM', 'EBUSY', 'EACCES'].includes(code);
      if (!mayPass || performance.now() - began > MILLISECONDS_OF_PATIENCE) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MILLISECONDS_BETWEEN_TRIES);
  }
}
