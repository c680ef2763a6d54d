/**
 * Tries a device in a process of its own, before this one relies on it. A driver can do worse than throw: it can crash,
 * hang, or write pages to the terminal, none of which JavaScript could catch.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { loaderOf } from '../base/threads/loader.ts';
import type { Device } from './devices.ts';

/** A first start may compile shaders and build caches. */
const MILLISECONDS_TO_OPEN = 120_000;

const program = new URL('./device-trial.ts', import.meta.url);

export interface DeviceTrial {
  /** Why the device cannot be used; undefined where it can. */
  readonly error: string | undefined;
  /** What onnxruntime had to say. */
  readonly log: string;
}

/** Opens the model on the device in a child process. Never throws for what a device does. */
export async function tryDevice(model: Uint8Array, device: Device): Promise<DeviceTrial> {
  const child = spawn(process.execPath, [...loaderOf(program), fileURLToPath(program), device], {
    timeout: MILLISECONDS_TO_OPEN,
    windowsHide: true,
    stdio: 'pipe',
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code, signal) => {
      if (child.killed) resolve(`it did not answer within ${MILLISECONDS_TO_OPEN / 1000} s`);
      else resolve(signal ? `its process was ended by ${signal}` : `its process ended with exit code ${code}`);
    });
  });
  child.stdin.on('error', () => {}); // it ended before it had read the model, and says why
  child.stdin.end(model);
  const [output, log, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  // Drivers may write to stdout as well; the last line is ours, where it got that far.
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) return { error: end, log };
  return { error: (JSON.parse(last) as { error?: string }).error, log };
}
