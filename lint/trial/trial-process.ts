/** The child process of try-apart.ts: takes the bytes of one model after the other, and answers what came of running each. */
import { decodeModel } from '../../onnx/decode.ts';
import { tryPolicy } from './try-policy.ts';

process.on('message', async (bytes: Uint8Array) => {
  process.send!(await tryPolicy(decodeModel(bytes)));
});
process.on('disconnect', () => process.exit());
