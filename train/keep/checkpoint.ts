/**
 * A checkpoint's file (safetensors); what is in it: checkpoint-tensors.ts.
 *
 * How the files are called: checkpoint-files.ts. Which of a folder is read, and how one is written: checkpoint-folder.ts.
 */
import { encodeTensorFile, readTensorFile } from '../../base/files/safetensors.ts';
import { type Checkpoint, checkpointOf, tensorsOf } from './checkpoint-tensors.ts';

export type { Checkpoint, Origin } from './checkpoint-tensors.ts';

/** The bytes of a checkpoint's file. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return encodeTensorFile(tensorsOf(checkpoint));
}

/** @throws UserError where the file is missing, damaged, or no checkpoint of ours. */
export function readCheckpoint(path: string): Checkpoint {
  return checkpointOf(readTensorFile(path), path);
}
