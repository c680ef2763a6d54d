/** `npm run doctor` with what it has to be told: which project, and what the embedded world trains, by what physics. */
import type { CommandLine } from '../cli/command-line.ts';
import { doctorCommand } from '../doctor/command.ts';
import { unityFindings } from '../doctor/unity.ts';
import { behavior } from '../envs/walker/behavior.ts';
import { deployOptions } from './stages/deploy-options.ts';
import { trainedPhysics } from './stages/deploy-physics.ts';

export function doctorOfWalker(): CommandLine {
  const { observationSize, actionSize } = behavior;
  const trained = { physics: trainedPhysics(), observations: observationSize, actions: actionSize };
  return doctorCommand(deployOptions.unityProject, (folder) => unityFindings(folder, trained)) as CommandLine;
}
