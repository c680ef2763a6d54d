/** Rules of what a policy does with numbers: its normaliser, its noise, and how it fares when it is run. */
import type { Node } from '../../onnx/model.ts';
import { ACTION_OUTPUTS, DISCRETE_OUTPUTS } from '../contract.ts';
import { NEVER_MOVED_BELOW, normalisersOf } from '../normalisers.ts';
import { toldNode } from '../policy-file.ts';
import type { Rule } from '../rule.ts';
import { TRIAL_ROWS } from '../trial/result.ts';

/** Operators that draw random numbers. */
const NOISE = ['RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike', 'Multinomial', 'Bernoulli'];

/** How far the same row may come out apart in different batches: other kernels, other order of summation. */
const BETWEEN_BATCHES = 1e-4;

export const policyRules: readonly Rule[] = [
  {
    code: 'normaliser-deviation',
    level: 'error',
    what: 'The deviations that observations are divided by are above 0.',
    why: 'a division by 0: the agent gets NaN for an action',
    mend: 'export the normaliser with its running variance',
    *check(policy) {
      for (const { inputs, deviation } of normalisersOf(policy)) {
        const wrong = indicesOf(deviation, (each) => !(each > 0));
        if (wrong.length > 0)
          yield { where: `input ${inputs.join(', ')}`, found: `of number ${listed(wrong)} it is not` };
      }
    },
  },
  {
    code: 'normaliser-clip',
    level: 'warning',
    what: 'Normalised observations are clipped (ML-Agents: to -5 and 5).',
    why: 'what never happened in training, such as a fall through the floor, becomes numbers that the policy never saw',
    mend: 'clip behind the division, before export',
    *check(policy) {
      for (const { inputs, clip } of normalisersOf(policy)) {
        if (!clip) yield { where: `input ${inputs.join(', ')}`, found: 'nothing clips them' };
        else if (!(clip.min < 0 && clip.max > 0)) {
          yield { where: `input ${inputs.join(', ')}`, found: `they are clipped to ${clip.min} and ${clip.max}` };
        }
      }
    },
  },
  {
    code: 'never-moved',
    level: 'advice',
    what: 'Every observation that the policy listens to moved in training.',
    why: 'its deviation is next to 0, so a drift of 0.001 in Unity is as much as an observation can be, through weights that nothing trained',
    mend: 'set gaitsmith.min_observation_deviation, with which export leaves such observations out; or see that they move, or stay, in Unity as they did in training',
    *check(policy) {
      for (const { inputs, deviation, isUnheard } of normalisersOf(policy)) {
        const still = indicesOf(deviation, (each, at) => each > 0 && each < NEVER_MOVED_BELOW && !isUnheard[at]);
        if (still.length > 0) {
          const found = `${still.length} of ${deviation.length} never did: number ${listed(still)}`;
          yield { where: `input ${inputs.join(', ')}`, found };
        }
      }
    },
  },
  {
    code: 'noise-missing',
    level: 'warning',
    what: 'Sampled actions are drawn within the graph.',
    why: 'ML-Agents adds no noise, so they are the same as the deterministic ones, and a policy that needs its noise stumbles',
    mend: 'sample before the output (RandomNormalLike), or take it as it is meant',
    *check(policy) {
      if (policy.version === 2 && !policy.isContinuous) return; // it gives probabilities, and ML-Agents draws
      for (const name of [ACTION_OUTPUTS.sampled, DISCRETE_OUTPUTS.sampled]) {
        if (!policy.outputs.has(name)) continue;
        if (policy.version === 2 && name === DISCRETE_OUTPUTS.sampled) continue;
        if (![...policy.ancestry(name)].some(isNoise)) yield { where: `output ${name}`, found: 'no noise reaches it' };
      }
    },
  },
  {
    code: 'noise-several',
    level: 'warning',
    engines: ['sentis'],
    what: 'Normal noise is drawn once, for all continuous actions.',
    why: 'Sentis before 1.6 may merge several nodes that draw into one',
    mend: 'draw once and slice, or update to Sentis 1.6',
    *check({ graph }) {
      const nodes = graph.nodes.filter(({ op }) => op === 'RandomNormalLike' || op === 'RandomNormal');
      if (nodes.length > 1) yield { found: `${nodes.length} nodes draw: ${nodes.map(toldNode).join(', ')}` };
    },
  },
  {
    code: 'noise-seed',
    level: 'error',
    what: 'What draws noise has no seed.',
    why: 'with one, every decision may get the same noise: a tremor in place of exploration',
    mend: 'export without the seed',
    *check({ graph }) {
      for (const node of graph.nodes) {
        if (isNoise(node) && node.attributes['seed'] !== undefined) {
          yield { where: toldNode(node), found: `its seed is ${seedOf(node)}` };
        }
      }
    },
  },
  {
    code: 'noise-in-deterministic',
    level: 'error',
    what: 'No noise reaches the deterministic actions.',
    why: 'Deterministic Inference would not be: the same observation gives another action every time',
    mend: 'take the output before the noise is added',
    *check(policy) {
      for (const name of [ACTION_OUTPUTS.deterministic, DISCRETE_OUTPUTS.deterministic]) {
        const noise = policy.outputs.has(name) ? [...policy.ancestry(name)].find(isNoise) : undefined;
        if (noise) yield { where: `output ${name}`, found: `${toldNode(noise)} does` };
      }
    },
  },
  {
    code: 'does-not-run',
    level: 'error',
    what: 'An engine that had no part in making the file runs it (onnxruntime).',
    why: 'what fails there, such as layers whose sizes do not fit, fails in Unity at import or at the first decision',
    mend: 'export again; what does not fit is told by the message',
    *check({ context: { trial } }) {
      if (trial?.failure !== undefined) yield { found: trial.failure };
    },
  },
  {
    code: 'rows-mixed',
    level: 'error',
    what: 'An agent gets the same action by itself as among ten.',
    why: 'all agents of a scene are computed as one batch, and each would be moved by what the others see',
    mend: 'compute row by row: no reshape or mean over the batch',
    *check({ context: { trial } }) {
      for (const { name, rows, betweenBatches } of trial?.outputs ?? []) {
        const where = `output ${name}`;
        if (rows !== TRIAL_ROWS) yield { where, found: `for ${TRIAL_ROWS} agents come ${rows} rows` };
        else if (betweenBatches > BETWEEN_BATCHES)
          yield { where, found: `it differs by ${betweenBatches.toExponential(1)}` };
      }
    },
  },
  {
    code: 'not-a-number',
    level: 'error',
    what: 'Actions are finite, also for observations of a million.',
    why: 'the agent gets NaN for an action, and its body disappears from the scene',
    mend: 'clip observations behind the normaliser',
    *check({ context: { trial } }) {
      for (const { name, strange } of trial?.outputs ?? []) {
        if (strange > 0) yield { where: `output ${name}`, found: `${strange} numbers are not` };
      }
    },
  },
  {
    code: 'out-of-range',
    level: 'warning',
    what: 'Continuous actions are within -1 and 1.',
    why: "ML-Agents does not clamp what comes out of a model, and an agent's code usually counts on it",
    mend: 'clip and scale before the output, as ML-Agents does: clip(action, -3, 3) / 3',
    *check({ context: { trial } }) {
      for (const { name, least, greatest, strange } of trial?.outputs ?? []) {
        const isContinuous = Object.values<string>(ACTION_OUTPUTS).includes(name);
        if (!isContinuous || strange > 0 || (least >= -1 && greatest <= 1)) continue;
        yield { where: `output ${name}`, found: `it goes from ${least.toPrecision(3)} to ${greatest.toPrecision(3)}` };
      }
    },
  },
];

/** What of a Unity project decides whether a file runs there. */
export const projectRules: readonly Rule[] = [
  {
    code: 'unity-refuses',
    level: 'error',
    what: "The project's packages run such a file.",
    why: 'ML-Agents 1.x reads version 2 only, and without an inference package nothing runs a model',
    mend: 'update com.unity.ml-agents in the Package Manager; it brings the inference package',
    *check({ context: { project } }) {
      for (const found of project?.refusals ?? []) yield { where: 'Packages', found };
    },
  },
  {
    code: 'unity-packages',
    level: 'warning',
    what: "The project's packages go together, and their versions can be told.",
    why: 'what runs the file may not be what it was judged for',
    mend: 'open the project in Unity once, and see what the Package Manager says',
    *check({ context: { project } }) {
      for (const found of project?.warnings ?? []) yield { where: 'Packages', found };
    },
  },
];

function isNoise({ op }: Node): boolean {
  return NOISE.includes(op);
}

function seedOf({ attributes: { seed } }: Node): string {
  return seed?.type === 'float' || seed?.type === 'int' ? String(seed.value) : 'set';
}

function indicesOf(values: Float32Array, isMeant: (value: number, at: number) => boolean): number[] {
  return Array.from(values.keys()).filter((at) => isMeant(values[at]!, at));
}

/** "0, 3, 5-9" of ascending numbers. */
function listed(indices: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const index of indices) {
    const run = runs.at(-1);
    if (run && run[1] === index - 1) run[1] = index;
    else runs.push([index, index]);
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(', ');
}
