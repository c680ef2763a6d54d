/** A copy of the example project, without what a run of ours may have put into it, and with room for what a test does to it. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../base/files/own-files.ts';

const isDeployed = (path: string) => /\.onnx(\.meta)?$/.test(path);

/** @returns where it lies now. */
export function copyExampleProject(to: string): string {
  cpSync(join(packageRoot, 'examples/unity-project'), to, { recursive: true, filter: (path) => !isDeployed(path) });
  // What deploys remember, which Unity keeps out of version control as well.
  rmSync(join(to, 'Library'), { recursive: true, force: true });
  return to;
}
