/** `init_path`: the checkpoint that a new run starts from; what it takes over of it: taken-over.ts. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../base/failure/user-error.ts';
import { readCheckpoint } from './checkpoint.ts';
import { type FoundCheckpoint, latestCheckpoint } from './checkpoint-folder.ts';

/**
 * @param path a checkpoint, a folder of checkpoints (the latest counts), or the folder of a run.
 * @throws UserError where there is none, or none that can be read.
 */
export function initialCheckpoint(path: string, warn: (message: string) => void): FoundCheckpoint {
  if (!existsSync(path)) {
    throw new UserError({
      what: 'there is nothing to start from',
      where: 'init_path',
      value: path,
      expected: 'a checkpoint (step-....safetensors), a folder of checkpoints, or a run such as runs/walker',
    });
  }
  if (statSync(path).isDirectory()) {
    const ofRun = join(path, 'checkpoints');
    const mend = 'name another run or checkpoint to start from';
    return latestCheckpoint(existsSync(ofRun) ? ofRun : path, warn, mend);
  }
  if (/\.(pt|onnx|nn)$/i.test(path)) {
    throw new UserError({
      what: "this is no checkpoint of Gaitsmith's: PyTorch's weights and exported policies cannot be started from",
      where: 'init_path',
      value: path,
      expected: 'a checkpoint (step-....safetensors) or a run such as runs/walker',
    });
  }
  return { path, checkpoint: readCheckpoint(path) };
}
