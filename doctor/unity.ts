/** What is to be said of a Unity project: its packages, the Editor, the physics of its agents. */
import { agentsOf } from '../deploy-unity/agents.ts';
import { warningsAboutOpenEditor } from '../deploy-unity/editor-open.ts';
import { driftMessages, driftOf } from '../deploy-unity/physics/physics-drift.ts';
import type { TrainedPhysics } from '../deploy-unity/physics/trained-physics.ts';
import { recognisePackages } from '../deploy-unity/recognise-packages.ts';
import { openUnityProject } from '../deploy-unity/unity-project.ts';
import { type Finding, failureOf } from './checks.ts';

/**
 * @param trained the physics of the embedded world, and the sizes of the agents that it trains: others have physics of their own
 */
export function unityFindings(
  folder: string,
  { physics, observations, actions }: { physics: TrainedPhysics; observations: number; actions: number },
): readonly Finding[] {
  try {
    const project = openUnityProject(folder);
    const { mlAgents, inference, inferenceVersion, warnings } = recognisePackages(project);
    const { agents, assets, scan, unreadable } = agentsOf(project.root);
    const walkers = agents.filter((each) => each.observationSize === observations && each.actionSize === actions);
    const drifts = driftOf(assets, walkers, physics, (guid) => scan.assetsByGuid.get(guid)?.[0]);
    const versions = [`Unity ${project.editor}`, `ML-Agents ${mlAgents?.version ?? 'unknown'}`];
    const engine = `${inference.id} ${inferenceVersion ?? ''}`.trim();
    return [
      {
        level: 'ok',
        found: `${folder}: ${versions.join(', ')}, ${engine}; ${agents.length} agents, ${walkers.length} of them the Walker`,
      },
      ...[...warnings, ...warningsAboutOpenEditor(project.root)].map(({ message }) => warned(message)),
      ...unreadable.map((message) => warned(message)),
      ...driftMessages(drifts).map(({ where, message }) =>
        warned(`${where}: ${message}`, 'deploy with --apply-physics'),
      ),
    ];
  } catch (error) {
    return [failureOf(error)];
  }
}

function warned(found: string, mend = 'see docs/deploying.md'): Finding {
  return { level: 'warn', found, mend };
}
