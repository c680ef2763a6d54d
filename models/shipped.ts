/** Where the walkers that come with Gaitsmith lie, and the names of their files. */
import { join } from 'node:path';
import { packageRoot } from '../base/files/own-files.ts';

/** The folder of the one that runs start from unless told otherwise. */
export const SHIPPED_WALKER = join(packageRoot, 'models/walker');

export interface ShippedFiles {
  readonly policy: string;
  readonly card: string;
  readonly checkpoint: string;
  /** The settings of the run that it comes from, all of them. */
  readonly config: string;
}

/**
 * The files of a shipped walker, whether they are there or not.
 *
 * @param policy name of its policy's file without the ending: that of another character has its name.
 */
export function shippedFiles(folder: string, policy = 'walker'): ShippedFiles {
  return {
    policy: join(folder, `${policy}.onnx`),
    card: join(folder, 'card.json'),
    checkpoint: join(folder, 'checkpoint.safetensors'),
    config: join(folder, 'config.yaml'),
  };
}
