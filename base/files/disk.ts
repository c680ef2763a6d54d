/**
 * The few things a deploy does to a disk, behind an interface, so that a test can let any one of them fail: a full
 * disk, a place without permission, a process that dies half-way.
 */
import { chmodSync, copyFileSync, linkSync, mkdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { renamePatiently } from './rename.ts';
import { syncFolder, writeNewFile } from './write-atomically.ts';

export interface Disk {
  makeFolder(path: string): void;
  removeEmptyFolder(path: string): void;
  /** Writes a file that is not there yet and waits until it is on the disk. */
  writeNew(path: string, bytes: Uint8Array): void;
  read(path: string): Buffer;
  /** Lets the file be found under a second name too. @throws ENOENT where there is no such file. */
  keepAs(path: string, secondName: string): void;
  /** Replaces what lies at `to` in one step. */
  rename(from: string, to: string): void;
  /** Removes a file; does nothing where there is none. */
  remove(path: string): void;
  /** Permissions of a file, as `stat` tells them. */
  setMode(path: string, mode: number): void;
  /** Makes renames in this folder last through a power cut. */
  sync(folder: string): void;
}

export const realDisk: Disk = {
  makeFolder: (path) => mkdirSync(path),
  removeEmptyFolder: (path) => rmdirSync(path),
  writeNew: writeNewFile,
  read: (path) => readFileSync(path),
  keepAs(path, secondName) {
    try {
      linkSync(path, secondName); // A second name costs no space, which matters on a disk that is nearly full.
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
      copyFileSync(path, secondName); // FAT and some network disks know no hard links.
    }
  },
  rename: (from, to) => renamePatiently(from, to),
  remove: (path) => rmSync(path, { force: true }),
  setMode: (path, mode) => chmodSync(path, mode),
  sync: syncFolder,
};
