import { defineStage } from '../stage.ts';

export default defineStage({
  name: 'export',
  summary: 'write the trained actor as the ONNX file that ML-Agents runs',
  options: {},

  async inputs(_options, run) {
    const { latestCheckpoint } = await import('../../train/checkpoint.ts');
    return { files: { checkpoint: latestCheckpoint(run.checkpoints, () => {}).path }, settings: {} };
  },

  async run(_options, { run, logger }) {
    const { latestCheckpoint } = await import('../../train/checkpoint.ts');
    const { exportActor } = await import('../../export/export-actor.ts');
    const { encodeModel } = await import('../../onnx/encode.ts');
    const { writeAtomically } = await import('../../files/write-atomically.ts');
    const { versions } = await import('../versions.ts');

    const { path, checkpoint } = latestCheckpoint(run.checkpoints, (message) => logger.warn(message));
    const { step, lastReward, seed } = checkpoint.progress;
    const { gaitsmith, commit } = versions();
    const model = exportActor(checkpoint, gaitsmith, {
      'gaitsmith.run': run.id,
      'gaitsmith.behavior': checkpoint.behaviorName,
      'gaitsmith.steps': String(step),
      'gaitsmith.seed': String(seed),
      ...(lastReward === null ? {} : { 'gaitsmith.reward': lastReward.toFixed(3) }),
      ...(commit === null ? {} : { 'gaitsmith.commit': commit }),
    });
    const bytes = encodeModel(model);
    writeAtomically(run.policy, bytes);
    logger.info(`Exported ${path} to ${run.policy}.`);
    return {
      summary: `${Math.round(bytes.length / 1024)} KiB, opset ${model.opset}, ${model.graph.nodes.length} nodes`,
      outputs: { policy: run.policy },
      details: { bytes: bytes.length, opset: model.opset, nodes: model.graph.nodes.length, steps: step },
    };
  },
});
