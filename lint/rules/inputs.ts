/** Rules of what goes in: the inputs that ML-Agents fills, by their exact names. */
import { ACTION_MASKS, CONSTANT_OUTPUTS, inputsOf, LEGACY_INPUTS, MEMORY, MODEL_VERSIONS } from '../contract.ts';
import { isObservationOf, toldShape } from '../policy-file.ts';
import type { Rule } from '../rule.ts';

export const inputRules: readonly Rule[] = [
  {
    code: 'unexpected-input',
    level: 'error',
    what: 'Every input is one that ML-Agents fills: obs_0, obs_1 ..., action_masks, recurrent_in; in files of version 2 vector_observation and visual_observation_0 ... .',
    why: 'the first decision ends in "Unknown tensorProxy expected as input", and the agent stands still',
    mend: 'rename the input, or export without what is no observation',
    *check({ inputs, observations }) {
      const known = new Set([...observations.map(({ name }) => name), ACTION_MASKS, MEMORY.input, ...LEGACY_INPUTS]);
      for (const { name } of inputs) {
        if (!known.has(name)) yield { where: `input ${name}`, found: 'ML-Agents fills no input of this name' };
      }
    },
  },
  {
    code: 'no-observation',
    level: 'error',
    what: 'There is an input for observations.',
    why: 'the Inspector finds no Observation Placeholder for the sensors, and the policy acts blindly',
    mend: 'name the input of the first sensor obs_0',
    *check({ observations }) {
      if (observations.length === 0) yield { found: 'no input is an observation' };
    },
  },
  {
    code: 'observation-gap',
    level: 'error',
    what: 'Observations are numbered from 0 on without a gap.',
    why: "the input is looked up by the sensor's number, so every sensor behind the gap is missed",
    mend: "number the inputs in the order of the sensors' names",
    *check({ observations }) {
      for (const kind of [/^obs_/, /^visual_observation_/]) {
        const indices = observations.filter(({ name }) => kind.test(name)).map(({ index }) => index);
        const sorted = [...new Set(indices)].sort((a, b) => a - b);
        const missing = sorted.findIndex((index, at) => index !== at);
        if (missing >= 0) {
          const names = observations.map(({ name }) => name).join(', ');
          yield { found: `number ${missing} is missing among ${names}` };
        }
      }
    },
  },
  {
    code: 'observation-names',
    level: 'error',
    what: "Observations are called as the file's version has it: obs_0 ... in version 3, vector_observation and visual_observation_0 ... in version 2.",
    why: 'ML-Agents fills the inputs by the names of the version that the file gives, and does not find these',
    mend: 'write version_number 3, and call the observations obs_0, obs_1 and so on',
    *check({ observations, version }) {
      if (version !== MODEL_VERSIONS.old && version !== MODEL_VERSIONS.present) return;
      for (const { name } of observations) {
        // Some trainers of version 2 had named vector sensors by their number already.
        if (!isObservationOf(version, name))
          yield { where: `input ${name}`, found: `the file is of version ${version}` };
      }
    },
  },
  {
    code: 'input-type',
    level: 'error',
    what: 'Every input is float32.',
    why: 'ML-Agents makes all its inputs of floats, and the model refuses them',
    mend: 'cast within the graph',
    *check({ inputs }) {
      for (const { name, type } of inputs) {
        if (type !== 'float32') yield { where: `input ${name}`, found: `its type is ${type}` };
      }
    },
  },
  {
    code: 'batch-fixed',
    level: 'error',
    what: 'The first dimension of every input is a symbol.',
    why: 'all agents that decide in a step come as one batch, and a model for a fixed number of them takes no other (Barracuda lets the first dimension vary by itself)',
    mend: 'export with dynamic_axes={"obs_0": {0: "batch"}, ...}',
    engines: ['sentis', 'inference-engine'],
    *check({ inputs }) {
      for (const { name, shape } of inputs) {
        if (typeof shape?.[0] === 'number') yield { where: `input ${name}`, found: `its shape is ${toldShape(shape)}` };
      }
    },
  },
  {
    code: 'observation-shape',
    level: 'error',
    what: 'An observation is [batch, numbers], or [batch, ...] of an image or a list; all sizes but the first are fixed and above 0.',
    why: 'the Inspector compares them with the sensors and says that "An Observation of the model does not match"',
    mend: 'export with fixed sizes behind the batch',
    *check({ observations }) {
      for (const { name, shape } of observations) {
        const rest = shape?.slice(1) ?? [];
        if (rest.length > 0 && rest.every((size) => typeof size === 'number' && size > 0)) continue;
        yield { where: `input ${name}`, found: `its shape is ${toldShape(shape)}` };
      }
    },
  },
  {
    code: 'observation-size',
    level: 'error',
    what: 'The observations are as many, and as large, as those of the agent.',
    why: "the sensors' numbers do not fit into the input: an error of the engine at the first decision",
    mend: 'train with the agent as it is, or give it back the sensors that the policy was trained with',
    *check({ observations, context: { expected } }) {
      if (!expected) return;
      const wanted = inputsOf(expected);
      const told = (names: readonly string[]) => names.join(', ') || 'none';
      const names = told(observations.map(({ name }) => name));
      const filled = told(wanted.map(({ name }) => name));
      if (names !== filled) yield { found: `the observations are ${names}, and ML-Agents fills ${filled}` };
      else
        for (const [at, { name, shape }] of observations.entries()) {
          const { size } = wanted[at]!;
          if (shape?.length !== 2 || shape[1] !== size) {
            yield { where: `input ${name}`, found: `its shape is ${toldShape(shape)}; it has to be [batch, ${size}]` };
          }
        }
    },
  },
  {
    code: 'masks-missing',
    level: 'warning',
    what: 'A policy of discrete actions has the input action_masks.',
    why: 'the Inspector warns, and actions that the agent masks are taken all the same',
    mend: 'export with action_masks, [batch, sum of the branches]',
    *check({ inputs, isDiscrete }) {
      if (isDiscrete && !inputs.some(({ name }) => name === ACTION_MASKS)) yield { found: 'there is no action_masks' };
    },
  },
  {
    code: 'memory-input',
    level: 'error',
    what: 'A policy that remembers (memory_size above 0) has recurrent_in [batch, 1, memory_size] and recurrent_out.',
    why: 'ML-Agents hands over a memory of memory_size numbers from one decision to the next, by these names',
    mend: 'export recurrent_in and recurrent_out together with their size in memory_size',
    *check({ inputs, outputs, memorySize, isRecurrent }) {
      if (!isRecurrent) return;
      const input = inputs.find(({ name }) => name === MEMORY.input);
      const size = `${CONSTANT_OUTPUTS.memory} is ${memorySize}`;
      if (!outputs.has(MEMORY.output)) yield { found: `${size}, and there is no ${MEMORY.output}` };
      if (!input) yield { found: `${size}, and there is no ${MEMORY.input}` };
      else if (input.shape?.length !== 3 || input.shape[2] !== memorySize) {
        yield { where: `input ${MEMORY.input}`, found: `${size}, and its shape is ${toldShape(input.shape)}` };
      }
    },
  },
  {
    code: 'memory-unused',
    level: 'warning',
    what: 'A policy that remembers nothing (memory_size 0) has neither recurrent_in nor recurrent_out.',
    why: 'ML-Agents keeps no memory for it, so it begins every decision anew',
    mend: 'write the size of recurrent_in into memory_size, or export without a memory',
    *check({ inputs, outputs, isRecurrent }) {
      if (isRecurrent) return;
      const found = `${CONSTANT_OUTPUTS.memory} is 0`;
      if (inputs.some(({ name }) => name === MEMORY.input)) yield { where: `input ${MEMORY.input}`, found };
      if (outputs.has(MEMORY.output)) yield { where: `output ${MEMORY.output}`, found };
    },
  },
];
