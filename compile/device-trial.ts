/**
 * The child process of try-device.ts: opens a model on a device, with the words on stderr that tell what went where, and
 * runs something small. Ends with one line of JSON on stdout: `{ "error": "..." }` or `{}`.
 */
import { readFileSync } from 'node:fs';
import type { Device } from './devices.ts';
import { openAndTell } from './onnxruntime.ts';

const model = readFileSync(0);
const error = await openAndTell(model, process.argv[2] as Device).then(
  () => undefined,
  (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
);
process.stdout.write(`\n${JSON.stringify({ error })}\n`);
