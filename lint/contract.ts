/**
 * What ML-Agents demands of a policy's file, in names and numbers: which inputs it fills, which outputs it reads, by which
 * operator set. The one definition: the exported file is made by it, and the rules of this room judge any file by it.
 *
 * Why the constants are as they are: packages before 3.0 find them by name among the imported tensors, later ones run the model
 * once and read them from its outputs as float32; so they are float32 and graph outputs.
 */

/** The operator set that Unity's own exporter writes: Barracuda, Sentis and Inference Engine disagree on much, but all read it. */
export const OPSET = 9;

/** Versions of the contract that ML-Agents 2.0 to 4.0 run: 2 is that of ML-Agents 1.x, 3 is what is written since 2.0. */
export const MODEL_VERSIONS = { old: 2, present: 3 } as const;

/** Outputs that are the same numbers whatever is observed. */
export const CONSTANT_OUTPUTS = {
  version: 'version_number',
  memory: 'memory_size',
  continuous: 'continuous_action_output_shape',
  discrete: 'discrete_action_output_shape',
} as const;

/** Outputs of one row an agent. Ours: float32 [batch, actionSize], within [-1, 1]. */
export const ACTION_OUTPUTS = {
  sampled: 'continuous_actions',
  deterministic: 'deterministic_continuous_actions',
} as const;

/** The same of actions that are one number of several: [batch, branches]. */
export const DISCRETE_OUTPUTS = {
  sampled: 'discrete_actions',
  deterministic: 'deterministic_discrete_actions',
} as const;

/** What a policy remembers from one decision to the next: float32 [batch, 1, memory_size]. */
export const MEMORY = { input: 'recurrent_in', output: 'recurrent_out' } as const;

/** Which discrete actions are allowed: float32 [batch, sum of the branches]. */
export const ACTION_MASKS = 'action_masks';

/** Outputs of ML-Agents 1.0 to 1.6, which have other names since. */
export const LEGACY_OUTPUTS: readonly string[] = ['action', 'action_output_shape', 'is_continuous_control'];

/** Inputs that ML-Agents fills beside observations, masks and memory; none of them is written any more. */
export const LEGACY_INPUTS: readonly string[] = ['prev_action', 'epsilon', 'batch_size', 'sequence_length'];

/** Names of observations by the version of the contract, each with the sensor's index in it where there are several. */
export const OBSERVATIONS = {
  3: { vector: /^obs_(\d+)$/, visual: /^obs_(\d+)$/ },
  2: { vector: /^vector_observation$/, visual: /^visual_observation_(\d+)$/ },
} as const;

/** What a policy of vector observations and continuous actions is to be like. */
export interface PolicyShape {
  readonly observationSize: number;
  readonly actionSize: number;
  /** The sensors that the observations come from, where there are several: ML-Agents fills an input for each. */
  readonly sensors?: readonly { readonly size: number }[] | undefined;
}

/** One for each sensor, in the order of the sensors' names; together they are the observation. */
export function inputsOf({
  observationSize,
  sensors,
}: PolicyShape): { readonly name: string; readonly size: number }[] {
  return (sensors ?? [{ size: observationSize }]).map(({ size }, index) => ({ name: `obs_${index}`, size }));
}

/** The constants of such a policy: float32 [1] each. */
export function constantOutputs({ actionSize }: PolicyShape): Readonly<Record<string, number>> {
  return {
    [CONSTANT_OUTPUTS.version]: MODEL_VERSIONS.present,
    [CONSTANT_OUTPUTS.memory]: 0,
    [CONSTANT_OUTPUTS.continuous]: actionSize,
  };
}
