/** A thread of walkers: makes its agents' worlds, then does what it is asked, one thing after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../../base/failure/user-error.ts';
import type { StartedWith } from '../../../base/threads/start-worker.ts';
import type { EnvironmentModule } from '../../env.ts';
import { viewNumbers } from './agent-numbers.ts';
import { AgentWorlds } from './agent-worlds.ts';
import { dealTurns } from './turns.ts';
import type { WorldReply, WorldRequest, WorldWorkerData } from './world-threads.ts';

const port = parentPort!;
const { environment, shared, agents, own, turns, ...options } = (workerData as StartedWith<WorldWorkerData>).data;
const made = (async () => {
  const module = (await import(environment)) as EnvironmentModule;
  const turnOf = dealTurns(agents, turns);
  return new AgentWorlds({ ...options, module, numbers: viewNumbers(shared), agents: own, turnOf });
})();

port.on('message', async (request: WorldRequest) => {
  try {
    const worlds = await made;
    if (request.kind === 'begin') await worlds.begin(request.beginnings);
    else if (request.kind === 'step') await worlds.step(request.turn);
    else await worlds.close();
    port.postMessage({ kind: 'done' } satisfies WorldReply);
  } catch (error) {
    // Errors lose their class on the way, so a user error's parts are sent.
    const problem = error instanceof UserError ? error.problem : undefined;
    port.postMessage({ kind: 'failed', error, problem } satisfies WorldReply);
  } finally {
    if (request.kind === 'close') port.close(); // whatever happened: the thread ends by it
  }
});
