/**
 * The stage `validate`: the exported file against the policy it was made from, in onnxruntime-node and onnxruntime-web, with
 * TensorFlow.js for a judge. What is found goes into validation.json.
 */
import { readFileSync } from 'node:fs';
import { flag, oneOf, positiveNumber } from '../../cli/options.ts';
import { backendNames, eagerBackendNames } from '../../compile/eager-backends.ts';
import type { WebReport } from '../../validate/report.ts';
import { exportedCheckpoint } from '../exported-checkpoint.ts';
import { defineStage } from '../stage.ts';
import { validateDetails } from './details.ts';
export default defineStage({
  name: 'validate',
  summary: 'prove that the file computes what the policy computes',
  details: validateDetails,
  options: {
    tolerance: {
      argument: 'X',
      description: 'largest absolute difference of an action that passes (default: 1e-5)',
      schema: positiveNumber().default(1e-5),
    },
    backend: {
      argument: 'NAME',
      description: `what TensorFlow.js computes the policy on, eagerly: ${eagerBackendNames.join(', ')} (default: cpu)`,
      // The pipeline hands its --backend to train and validate alike. The judge of a graph is never a graph.
      schema: oneOf(backendNames)
        .default('cpu')
        .transform((name) => (name === 'onnx' ? 'cpu' : name)),
    },
    web: {
      description:
        'also in a headless Chromium of this machine: actions differ by 1e-4 at most, and the same episodes are the same there',
      schema: flag(),
    },
  },

  async check({ backend, web }) {
    const { checkInstalled } = await import('../../compile/eager-backends.ts');
    await checkInstalled(backend);
    if (web) (await import('../../browser/chromium.ts')).neededChromium();
  },

  async inputs({ tolerance, backend, web }, run) {
    const settings = { tolerance, backend, ...(web ? { web } : {}) };
    return { files: { checkpoint: exportedCheckpoint(run), policy: run.policy }, settings };
  },

  async run({ tolerance, backend, web }, { run, logger }) {
    const { readCheckpoint } = await import('../../train/keep/checkpoint.ts');
    const { policyOf } = await import('../../train/policy/policy-average.ts');
    const { decodeModel } = await import('../../onnx/decode.ts');
    const { eagerActions } = await import('../../train/policy/eager-actor.ts');
    const { leftOut } = await import('../../train/policy/still-observations.ts');
    const { validate } = web
      ? { validate: (await import('../../validate/web/validate-web.ts')).validateWithWeb }
      : await import('../../validate/validate.ts');
    const { installedEngines } = await import('../../validate/runtime.ts');
    const { writeAtomically } = await import('../../base/files/write-atomically.ts');

    const checkpoint = policyOf(readCheckpoint(exportedCheckpoint(run)));
    const model = readFileSync(run.policy);
    for (const [key, value] of Object.entries(decodeModel(model, run.policy).metadata)) logger.info(`${key}: ${value}`);
    const { withoutNative } = await import('../../compile/native-or-web.ts');
    if (withoutNative !== undefined) logger.warn(withoutNative);
    const report = await validate({
      model,
      path: run.policy,
      shape: { ...checkpoint.network, sensors: checkpoint.sensors },
      engines: installedEngines(),
      observations: checkpoint.sample,
      normaliser: { ...checkpoint.normaliser.moments(), leftOut: leftOut(checkpoint) },
      reference: (observations, rows) => eagerActions(checkpoint, observations, rows, backend),
      sigma: checkpoint.parameters['actor.logDeviation']!.map(Math.exp),
      tolerance,
    });
    writeAtomically(run.validation, `${JSON.stringify(report, null, 2)}\n`);
    logger.info(`judged by TensorFlow.js on ${backend}`);
    for (const { engine, batches, largestBetweenBatches } of report.engines) {
      const differences = batches.map(
        ({ size, largestDifference }) => `${size}: ${largestDifference.toExponential(1)}`,
      );
      logger.info(
        `${engine}: largest difference in batches of ${differences.join(', ')}; between batches ${largestBetweenBatches.toExponential(1)}`,
      );
    }
    if (report.web) logger.info(episodesText(report.web));
    const largest = Math.max(
      ...report.engines.flatMap(({ batches }) => batches.map((batch) => batch.largestDifference)),
    );
    const rows = report.rows.episodes + report.rows.edge;
    return {
      summary: report.passed
        ? `${rows} observations, largest difference ${largest.toExponential(1)}`
        : report.problems[0]!,
      outputs: { report: run.validation },
      details: { ...report, backend },
      ...(report.passed ? {} : { ended: 'failed', reason: report.problems.join('; ') }),
    };
  },
});

/** What the same episodes came to here and in the browser. */
function episodesText({ browser, episodes }: WebReport): string {
  if (!episodes) return `no episodes were played in ${browser}, for the policy is none of the Walker`;
  const { agents, decisions, world, partsAt, nativePartsAt, node, web } = episodes;
  const told =
    partsAt === null
      ? `are the same to the last bit (${node.slice(0, 12)})`
      : `part at decision ${partsAt} (${node.slice(0, 12)}, ${web.slice(0, 12)})`;
  const native =
    nativePartsAt === null ? 'are the same, too' : `part at decision ${nativePartsAt}, as it rounds otherwise`;
  return `${agents} walkers over ${decisions} decisions in the world ${world}: onnxruntime-web here and in ${browser} ${told}; onnxruntime-node's ${native}`;
}
