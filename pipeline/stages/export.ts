/** The stage `export`: a checkpoint's actor as policy.onnx, with where it comes from in its metadata. */
import { existsSync } from 'node:fs';
import { oneOf } from '../../cli/options.ts';
import type { BehaviorSpec } from '../../envs/env.ts';
import type { Checkpoint } from '../../train/keep/checkpoint.ts';
import type { RunFolder } from '../run-folder.ts';
import { defineStage } from '../stage.ts';
import { noSuchRun } from '../up-to-date.ts';
import { exportDetails } from './details.ts';
export default defineStage({
  name: 'export',
  summary: 'write the trained actor as the ONNX file that ML-Agents runs',
  details: exportDetails,
  options: {
    checkpoint: {
      argument: 'WHICH',
      description: 'best (in held-out evaluation) or latest (default: best, where the run was evaluated)',
      schema: oneOf(['best', 'latest']).optional(),
    },
  },

  async inputs({ checkpoint: which }, run) {
    if (!existsSync(run.path)) throw noSuchRun(run);
    const { chooseCheckpoint } = await import('../../train/keep/checkpoint-folder.ts');
    return { files: { checkpoint: chooseCheckpoint(run.checkpoints, which, () => {}).path }, settings: {} };
  },

  async run({ checkpoint: which }, { run, logger }) {
    const { chooseCheckpoint } = await import('../../train/keep/checkpoint-folder.ts');
    const { policyOf } = await import('../../train/policy/policy-average.ts');
    const { exportActor } = await import('../../export/export-actor.ts');
    const { encodeModel } = await import('../../onnx/encode.ts');
    const { writeAtomically } = await import('../../base/files/write-atomically.ts');
    const { tellStill } = await import('../still-observations.ts');
    const { versions } = await import('../versions.ts');

    const { path, checkpoint } = chooseCheckpoint(run.checkpoints, which, (message) => logger.warn(message));
    const model = exportActor(policyOf(checkpoint), versions().gaitsmith, await provenanceOf(run, path, checkpoint));
    const bytes = encodeModel(model);
    writeAtomically(run.policy, bytes);
    logger.info(`Exported ${path} to ${run.policy}.`);
    tellStill(checkpoint, logger, await behaviorOf(run));
    return {
      summary: `${Math.round(bytes.length / 1024)} KiB, opset ${model.opset}, ${model.graph.nodes.length} nodes`,
      outputs: { policy: run.policy },
      details: {
        bytes: bytes.length,
        opset: model.opset,
        nodes: model.graph.nodes.length,
        steps: checkpoint.progress.step,
        metadata: model.metadata,
      },
    };
  },
});

/** Of the character that was trained, where it is not the Walker and its files are there still. */
async function behaviorOf(run: RunFolder): Promise<BehaviorSpec | undefined> {
  const { characterOfRun } = await import('../character-of-run.ts');
  const { characterWorld } = await import('../embedded-world.ts');
  const character = characterOfRun(run);
  return character !== undefined && existsSync(character) ? (await characterWorld(character)).behavior : undefined;
}

/** Where the policy comes from, for the file's metadata: enough to train it again. */
async function provenanceOf(run: RunFolder, path: string, checkpoint: Checkpoint): Promise<Record<string, string>> {
  const { sha256OfFile } = await import('../../base/files/hash.ts');
  const { recentReward } = await import('../../train/judge/recent-episodes.ts');
  const { LIVE_WORLD, liveWorldOf } = await import('../trained-world.ts');
  const { step, recent, seed, best, startedFrom } = checkpoint.progress;
  const liveWorld = liveWorldOf(run);
  const earned = recent && recentReward(recent);
  // By held-out evaluation, where this is the policy that was evaluated: on fresh episodes, where it was chosen among several.
  const score = best?.step === step ? (best.fresh ?? best) : undefined;
  // Of the training of this very policy, not of this export or a training that came later.
  const { configuration, commit = null } = checkpoint.origin ?? {};
  return {
    'gaitsmith.run': run.id,
    'gaitsmith.behavior': checkpoint.behaviorName,
    'gaitsmith.steps': String(step),
    'gaitsmith.seed': String(seed),
    ...(liveWorld === undefined ? {} : { [LIVE_WORLD]: liveWorld }),
    'gaitsmith.checkpoint': sha256OfFile(path)!,
    ...(configuration === undefined ? {} : { 'gaitsmith.config': configuration }),
    ...(commit === null ? {} : { 'gaitsmith.commit': commit }),
    ...(startedFrom ? { 'gaitsmith.started_from': `${startedFrom.sha256} (${startedFrom.steps} decisions)` } : {}),
    ...(earned ? { 'gaitsmith.reward': earned.mean.toFixed(3) } : {}),
    ...(score ? { 'gaitsmith.score': `${score.reward.toFixed(3)} +- ${score.rewardInterval.toFixed(3)}` } : {}),
  };
}
