/** A worker thread that plays: answers each request with the episodes it could get hold of, one by one as they end. */
import { parentPort } from 'node:worker_threads';
import { UserError } from '../base/failure/user-error.ts';
import { decodeModel } from '../onnx/decode.ts';
import { playEpisodes } from './play.ts';
import { type PlayMessage, type PlayReply, type PlayRequest, SHARED } from './players.ts';
import { subjectOf } from './subject-of.ts';
import { openWalkerPolicy } from './walker-policy.ts';

const port = parentPort!;
const reply = (message: PlayReply) => port.postMessage(message);

port.on('message', async (message: PlayMessage) => {
  if (message.kind === 'close') {
    port.close(); // by which the thread ends
    return;
  }
  try {
    await play(message.request, message.shared);
    reply({ kind: 'done' });
  } catch (error) {
    reply({ kind: 'failed', error, problem: error instanceof UserError ? error.problem : undefined });
  }
});

async function play(request: PlayRequest, shared: Int32Array): Promise<void> {
  const { policy, deterministic, to } = request;
  const subject = await subjectOf(request.character);
  const model = decodeModel(policy.bytes, policy.name);
  const open = await openWalkerPolicy(model, policy.name, deterministic, subject.task.behavior);
  const isStopped = () => Atomics.load(shared, SHARED.stop) === 1;
  const take = () => {
    const episode = Atomics.add(shared, SHARED.next, 1);
    return episode < to ? episode : undefined;
  };
  try {
    await playEpisodes(
      open,
      { ...request, subject },
      { take, isStopped, ended: (episode) => reply({ kind: 'played', episode }) },
    );
  } finally {
    await open.close();
  }
}
