/** Rules of what comes out: the constants that ML-Agents reads from a file, and the actions. */
import type { ValueInfo } from '../../onnx/model.ts';
import {
  ACTION_OUTPUTS,
  CONSTANT_OUTPUTS,
  DISCRETE_OUTPUTS,
  LEGACY_OUTPUTS,
  MEMORY,
  MODEL_VERSIONS,
} from '../contract.ts';
import { type PolicyFile, toldShape } from '../policy-file.ts';
import type { Rule } from '../rule.ts';

const { version: VERSION, memory: MEMORY_SIZE } = CONSTANT_OUTPUTS;
const KINDS = [
  { of: 'continuous', actions: ACTION_OUTPUTS, shape: CONSTANT_OUTPUTS.continuous },
  { of: 'discrete', actions: DISCRETE_OUTPUTS, shape: CONSTANT_OUTPUTS.discrete },
] as const;

export const outputRules: readonly Rule[] = [
  {
    code: 'version-missing',
    level: 'error',
    what: `There is an output ${VERSION}.`,
    why: 'the Inspector says that the required constant was not found, and the agent does not start',
    mend: `add ${VERSION} as a float32 [1] initializer that is an output: 3`,
    *check({ outputs }) {
      if (!outputs.has(VERSION)) yield { found: `there is no output ${VERSION}` };
    },
  },
  {
    code: 'version-unknown',
    level: 'error',
    what: `The output ${VERSION} is 3, or 2 as ML-Agents 1.x wrote it.`,
    why: 'the agent stops with "trained with a older version" or "a newer version of the trainer than is supported"',
    mend: 'write 3, with the names of version 3',
    *check({ version }) {
      if (version !== undefined && version !== MODEL_VERSIONS.old && version !== MODEL_VERSIONS.present) {
        yield { where: `output ${VERSION}`, found: `it is ${version}` };
      }
    },
  },
  {
    code: 'version-old',
    level: 'warning',
    what: `The output ${VERSION} is 3.`,
    why: 'a file of version 2 runs by other names and rules; it is the form of ML-Agents 1.x, which 2.0 to 4.0 still read',
    mend: 'export with ML-Agents 2.0 or newer',
    *check({ version }) {
      if (version === MODEL_VERSIONS.old) yield { where: `output ${VERSION}`, found: 'it is 2' };
    },
  },
  {
    code: 'memory-missing',
    level: 'error',
    what: `There is an output ${MEMORY_SIZE}.`,
    why: 'the Inspector says that the required constant was not found',
    mend: `add ${MEMORY_SIZE} as a float32 [1] initializer that is an output: 0 without a memory`,
    *check({ outputs }) {
      if (!outputs.has(MEMORY_SIZE)) yield { found: `there is no output ${MEMORY_SIZE}` };
    },
  },
  {
    code: 'memory-format',
    level: 'error',
    what: 'A policy with a memory is of version 3.',
    why: 'ML-Agents 2.0 and newer refuse the memory of version 2 ("the LSTM format has changed")',
    mend: 'export with ML-Agents 2.0 or newer',
    *check({ version, memorySize }) {
      if (version === MODEL_VERSIONS.old && memorySize > 0) {
        yield { where: `output ${MEMORY_SIZE}`, found: `it is ${memorySize} in a file of version 2` };
      }
    },
  },
  {
    code: 'constant-computed',
    level: 'error',
    what: 'The outputs version_number, memory_size and the sizes of actions are constants: initializers, or Constant and Identity nodes of some.',
    why: 'Barracuda finds only constants, and later packages would read what the graph says of an observation of zeros',
    mend: 'make it a float32 [1] initializer that is an output',
    *check(policy) {
      for (const name of constantsIn(policy)) {
        if (!policy.constant(name)) {
          yield { where: `output ${name}`, found: `${policy.producer(name)?.op ?? 'an input'} computes it` };
        }
      }
    },
  },
  {
    code: 'constant-type',
    level: 'error',
    what: 'Those constants are float32, with a number in them.',
    why: 'ML-Agents 3.0 and newer cast them to floats: an InvalidCastException for integers',
    mend: 'make it a float32 [1] initializer',
    *check(policy) {
      for (const name of constantsIn(policy)) {
        const { type, data } = policy.constant(name) ?? {};
        if (type === undefined) continue;
        if (type !== 'float32') yield { where: `output ${name}`, found: `its type is ${type}` };
        else if (data?.length === 0) yield { where: `output ${name}`, found: 'it holds no number' };
      }
    },
  },
  {
    code: 'memory-value',
    level: 'error',
    what: `The output ${MEMORY_SIZE} is 0 or a whole number above.`,
    why: 'ML-Agents makes the memory that large; below 0 it counts as missing',
    mend: 'write the size of recurrent_in, or 0',
    *check({ memorySize }) {
      if (!(Number.isInteger(memorySize) && memorySize >= 0)) {
        yield { where: `output ${MEMORY_SIZE}`, found: `it is ${memorySize}` };
      }
    },
  },
  {
    code: 'no-actions',
    level: 'error',
    what: 'There is an output continuous_actions or discrete_actions.',
    why: '"The model does not contain any Action Output Node"; ML-Agents 3.0 and newer end in a NullReferenceException',
    mend: 'name the output of sampled actions continuous_actions or discrete_actions',
    *check({ outputs, isContinuous, isDiscrete }) {
      if (!isContinuous && !isDiscrete) yield { found: `the outputs are ${[...outputs.keys()].join(', ') || 'none'}` };
    },
  },
  {
    code: 'only-deterministic',
    level: 'error',
    what: 'Deterministic actions stand beside sampled ones, never alone.',
    why: 'ML-Agents 3.0 and newer look for "continuous_actions" anywhere in the names, believe that it is there, and fail when they fetch it',
    mend: 'add the output without "deterministic_"; it may be the same value',
    *check({ outputs }) {
      for (const { actions } of KINDS) {
        if (outputs.has(actions.deterministic) && !outputs.has(actions.sampled)) {
          yield { where: `output ${actions.deterministic}`, found: `there is no ${actions.sampled}` };
        }
      }
    },
  },
  {
    code: 'deterministic-missing',
    level: 'warning',
    what: 'Deterministic actions stand beside the sampled ones.',
    why: 'an agent with "Deterministic Inference" ticked (ML-Agents 2.2 and newer) does not take the file',
    mend: 'export with ML-Agents 2.2 or newer, or leave "Deterministic Inference" unticked',
    *check({ outputs, version }) {
      if (version === MODEL_VERSIONS.old) return;
      for (const { actions } of KINDS) {
        if (outputs.has(actions.sampled) && !outputs.has(actions.deterministic)) {
          yield { found: `there is no ${actions.deterministic}` };
        }
      }
    },
  },
  {
    code: 'action-shape-missing',
    level: 'error',
    what: 'Beside actions stands the constant of their size: continuous_action_output_shape, discrete_action_output_shape.',
    why: 'the Inspector says "does not contain Action Output Shape Node", and newer packages never fetch the actions: they stay 0',
    mend: 'add the size as a float32 [1] initializer that is an output (discrete: [1, branches])',
    *check({ outputs }) {
      for (const { actions, shape } of KINDS) {
        if (outputs.has(actions.sampled) && !outputs.has(shape)) yield { found: `there is no output ${shape}` };
      }
    },
  },
  {
    code: 'action-shape-value',
    level: 'error',
    what: 'Those sizes are whole numbers above 0, and what the actions really have: continuous the number of actions, discrete each branch.',
    why: 'the Inspector compares them with the Behavior Parameters, and the applier copies as many numbers as come out',
    mend: 'write the size of the last dimension of the actions',
    *check(policy) {
      for (const { of, actions, shape } of KINDS) {
        const { type, shape: size } = policy.outputs.get(actions.sampled) ?? {};
        const data = policy.outputs.has(shape) ? policy.constant(shape)?.data : undefined;
        // What version 2 declares of discrete actions is often wrong, and nothing reads it.
        if (type === undefined || !data?.length || (of === 'discrete' && policy.version !== MODEL_VERSIONS.present))
          continue;
        const told = Array.from(data as Float32Array, Number);
        const where = `output ${shape}`;
        if (!told.every((each) => Number.isInteger(each) && each > 0)) yield { where, found: `it is [${told}]` };
        else {
          const said = of === 'continuous' ? told[0]! : told.length;
          const last = size?.at(-1);
          if (typeof last === 'number' && last !== said) {
            yield { where, found: `it is [${told}], and the shape of ${actions.sampled} is ${toldShape(size)}` };
          }
        }
      }
    },
  },
  {
    code: 'action-form',
    level: 'error',
    what: 'Actions are [agents, numbers]: continuous ones float32, discrete ones whole numbers (version 2: float32).',
    why: "each agent gets a row of them; a list without the first dimension is one agent's",
    mend: 'keep the batch dimension up to the output',
    *check({ outputs }) {
      for (const { of, actions } of KINDS) {
        const types = of === 'continuous' ? ['float32'] : ['int64', 'int32', 'float32'];
        for (const name of Object.values(actions)) {
          const output = outputs.get(name);
          if (output && !(output.shape?.length === 2 && types.includes(output.type))) {
            yield { where: `output ${name}`, found: `it is ${output.type} ${toldShape(output.shape)}` };
          }
        }
      }
    },
  },
  {
    code: 'action-batch',
    level: 'warning',
    what: 'The first dimension of actions is a symbol.',
    why: 'what is declared there is not looked at, but a number often means that the graph itself was made for one agent',
    mend: 'export with dynamic_axes={"continuous_actions": {0: "batch"}, ...}',
    *check({ outputs, version }) {
      if (version === MODEL_VERSIONS.old) return;
      for (const { actions } of KINDS) {
        for (const name of Object.values(actions)) {
          const { shape } = outputs.get(name) ?? {};
          if (shape?.length === 2 && typeof shape[0] !== 'string') {
            yield { where: `output ${name}`, found: `its shape is ${toldShape(shape)}` };
          }
        }
      }
    },
  },
  {
    code: 'action-size',
    level: 'error',
    what: 'There are as many continuous actions as the agent has, and no discrete ones.',
    why: '"Continuous Action Size of the model does not match"; wider actions are an index error, of narrower ones the rest stay 0',
    mend: 'train with the agent as it is, or give it back the actions that the policy was trained with',
    *check({ outputs, continuousActions, context: { expected } }) {
      if (!expected) return;
      const { actionSize } = expected;
      if (continuousActions !== undefined && continuousActions !== actionSize) {
        yield {
          where: `output ${CONSTANT_OUTPUTS.continuous}`,
          found: `it is ${continuousActions}, not ${actionSize}`,
        };
      }
      for (const name of Object.values(ACTION_OUTPUTS)) {
        const last = outputs.get(name)?.shape?.at(-1);
        if (typeof last === 'number' && last !== actionSize) {
          yield { where: `output ${name}`, found: `it has ${last} numbers, not ${actionSize}` };
        }
      }
      if (outputs.has(DISCRETE_OUTPUTS.sampled))
        yield { where: `output ${DISCRETE_OUTPUTS.sampled}`, found: 'the agent has none' };
    },
  },
  {
    code: 'action-like-output',
    level: 'warning',
    engines: ['sentis', 'inference-engine'],
    what: 'No output but those of ML-Agents has "action" in its name.',
    why: 'ML-Agents 3.0 and newer take any such name for the output `action` of old files',
    mend: 'rename the output, or leave it out',
    check: ({ outputs }) => unknown(outputs, (name) => name.includes('action'), 'its name looks like that of actions'),
  },
  {
    code: 'unknown-output',
    level: 'warning',
    what: 'Every output is one that ML-Agents reads.',
    why: 'it is computed for every decision, and thrown away',
    mend: 'leave the output out',
    check: ({ outputs }) =>
      unknown(outputs, (name) => !name.includes('action'), 'ML-Agents reads no output of this name'),
  },
  {
    code: 'legacy-output',
    level: 'warning',
    what: 'The outputs of ML-Agents 1.0 to 1.6 are not there: action, action_output_shape, is_continuous_control.',
    why: 'they are deprecated, and where something else is amiss the message speaks of them instead',
    mend: 'leave them out: everything that reads version 3 reads continuous_actions and discrete_actions',
    *check({ outputs }) {
      for (const name of LEGACY_OUTPUTS) {
        if (outputs.has(name)) yield { where: `output ${name}`, found: 'it is one of ML-Agents 1.0 to 1.6' };
      }
    },
  },
];

/** The constants that are among the outputs, of those that ML-Agents reads. */
function constantsIn({ outputs }: PolicyFile): string[] {
  return Object.values(CONSTANT_OUTPUTS).filter((name) => outputs.has(name));
}

const KNOWN = new Set<string>([
  ...Object.values(CONSTANT_OUTPUTS),
  ...Object.values(ACTION_OUTPUTS),
  ...Object.values(DISCRETE_OUTPUTS),
  ...LEGACY_OUTPUTS,
  MEMORY.output,
  'value_estimate',
]);

function* unknown(outputs: ReadonlyMap<string, ValueInfo>, isMeant: (name: string) => boolean, found: string) {
  for (const name of outputs.keys()) if (!KNOWN.has(name) && isMeant(name)) yield { where: `output ${name}`, found };
}
