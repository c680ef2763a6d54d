/** A worker of the trainer: the first message says what it is to be (computing.ts), and brings onnxruntime's WebAssembly. */
import type { Answer } from '../../base/threads/thread.ts';
import { giveWasm } from '../../compile/onnxruntime-web.ts';
import { type Host, hostOf, type Role } from './computing.ts';

export interface FirstMessage {
  readonly role: Role;
  readonly onnxruntime: ArrayBuffer;
}

let host: Host<unknown, unknown> | undefined;

addEventListener('message', async ({ data }: MessageEvent<unknown>) => {
  if (host) return send(await host.answer(data));
  const { role, onnxruntime } = data as FirstMessage;
  giveWasm(onnxruntime);
  host = hostOf(role) as Host<unknown, unknown>;
  if (host.first) send(await host.first);
});

function send({ reply, handedOver }: Answer<unknown>): void {
  postMessage(reply, { transfer: [...handedOver] });
}
