/** Policies of the Walker with a few units each, made from nothing: they fall soon, and that is enough. */
import { exportActor } from '../export/export-actor.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Model } from '../onnx/model.ts';
import { Normaliser } from '../train/policy/normaliser.ts';
import { initialParameters } from '../train/policy/policy.ts';

/** @param seed another one, another policy. */
export function smallPolicy(seed = 1): Model {
  const network = { observationSize: 243, actionSize: 39, hiddenUnits: 8, layers: 1 };
  return exportActor(
    { network, parameters: initialParameters(network, seed), normaliser: new Normaliser(243) },
    '0.0.0',
  );
}

/** As a file that was read. */
export function smallPolicyFile(seed = 1, name = `small-${seed}.onnx`): { name: string; bytes: Uint8Array } {
  return { name, bytes: encodeModel(smallPolicy(seed)) };
}

/** Of an agent with two sensors, of 5 and 3 numbers, and 2 actions. */
export function twoSensors(): Model {
  const network = { observationSize: 8, actionSize: 2, hiddenUnits: 8, layers: 1 };
  const actor = { network, parameters: initialParameters(network, 1), normaliser: new Normaliser(8) };
  return exportActor({ ...actor, sensors: [{ size: 5 }, { size: 3 }] }, '0.0.0');
}
