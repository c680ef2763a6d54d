/** What is wrong with a file before anything runs it: the one place where regress asks for that. */
import { behavior } from '../envs/walker/behavior.ts';
import { contractProblems } from '../export/contract.ts';
import { checkModel } from '../onnx/check.ts';
import { decodeModel } from '../onnx/decode.ts';

/**
 * @returns a sentence for each thing that ML-Agents or an engine behind it may stumble over.
 * @throws UserError where it is no ONNX model at all.
 */
export function contractFindings(bytes: Uint8Array, name: string): string[] {
  const model = decodeModel(bytes, name);
  return [...checkModel(model), ...contractProblems(model, behavior)];
}
