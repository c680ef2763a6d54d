/** A thread that computes for a second when it is told to, in registers alone, and answers how far it came. */
import { parentPort } from 'node:worker_threads';

/** A loop of this many steps is one round. */
const steps = 100_000;

function compute(milliseconds: number): number {
  const end = performance.now() + milliseconds;
  let [rounds, state] = [0, 1];
  while (performance.now() < end) {
    for (let step = 0; step < steps; step++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
    rounds += 1;
  }
  // Of what is never looked at, a compiler computes nothing.
  return rounds + (state === 0 ? 1e-9 : 0);
}

compute(200);
parentPort!.postMessage('ready');
parentPort!.once('message', () => parentPort!.postMessage(compute(1000)));
