/** Players for tests: of the pointing world, which takes no time, and of the Walker. */
import { expect } from 'vitest';
import { type PlayerOptions, type PlayerReport, type PlayerWorld, play } from '../../../../envs/unity/player/player.ts';
import { walkerWorld } from '../../../../envs/unity/player/walker-player.ts';
import { behavior } from '../../../train/fixtures/pointing-environment.ts';
import { type Script, type ScriptedTrainer, scriptedTrainer } from './scripted-trainer.ts';

export { walkerWorld };

export const pointingWorld: PlayerWorld = {
  environment: new URL('../../../train/fixtures/pointing-environment.ts', import.meta.url).href,
  behavior,
  parameters: { broken: { low: 0, high: 1 }, reach: { low: 0, high: 1 } },
  stepsPerDecision: 5,
  seconds: 0.01,
};

export interface Played extends PlayerReport {
  readonly trainer: ScriptedTrainer;
  readonly told: readonly string[];
}

export type Settings = Partial<Omit<PlayerOptions, 'world'>> & {
  readonly signal?: AbortSignal;
};

/** Plays one session against a script. */
export async function playAgainst(
  { world = pointingWorld, ...script }: Omit<Script, 'behavior'> & { world?: PlayerWorld },
  settings: Settings = {},
): Promise<Played> {
  const trainer = await scriptedTrainer({ behavior: world.behavior, ...script });
  const told: string[] = [];
  try {
    const report = await join(trainer.port, { world, ...settings }, told);
    return { ...report, trainer, told };
  } finally {
    trainer.close();
  }
}

/** Plays one session with whoever listens on this port. */
export function join(port: number, settings: Settings & { world?: PlayerWorld }, told: string[] = []) {
  const { world = pointingWorld, signal = new AbortController().signal, ...options } = settings;
  return play(
    { world, trainer: { port }, agents: 3, workers: 1, turns: 1, endsApart: false, realTime: false, ...options },
    { info: (message) => told.push(message), warn: (message) => told.push(message), exchanged: () => {}, signal },
  );
}

/** The error that a session ends in. */
export async function failureOf(session: Promise<unknown>): Promise<Error> {
  const outcome = await session.catch((error: Error) => error);
  expect(outcome).toMatchObject({ name: 'UserError' });
  return outcome as Error;
}
