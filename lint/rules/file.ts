/** Rules of the file itself: whether it is a whole ONNX model in a form that every importer reads alike. */

import type { Fault } from '../../onnx/check.ts';
import { faultsOf } from '../../onnx/check.ts';
import { isFrom } from '../engines.ts';
import { type PolicyFile, toldNode } from '../policy-file.ts';
import type { Breach, Rule } from '../rule.ts';

export const fileRules: readonly Rule[] = [
  {
    code: 'unreadable',
    level: 'error',
    what: 'The file is a whole ONNX model, with its weights inside.',
    why: 'the importer stops with a protobuf error, and the project has no model',
    mend: 'export or copy the file again; a Git LFS pointer becomes the file by "git lfs pull"',
    // Of what can't be read there is no graph to look into: lintPolicy makes this finding of the reader's error.
    check: () => [],
  },
  {
    code: 'structure',
    level: 'error',
    what: 'Every value has one name and is made before it is read; constants have as many numbers as their shape says.',
    why: 'the importer refuses the model, or drops what it cannot join',
    mend: 'export the file again',
    check: ({ model }) => faultsOfKind(model, 'structure'),
  },
  {
    code: 'not-finite',
    level: 'error',
    what: 'No constant holds a NaN or an infinity.',
    why: 'the agent gets NaN for an action, and its body disappears from the scene',
    mend: 'train on from a checkpoint from before the numbers were lost',
    check: ({ model }) => faultsOfKind(model, 'not-finite'),
  },
  {
    code: 'output-of-nothing',
    level: 'warning',
    what: 'Something makes every output.',
    why: 'Unity drops such an output without a word (Inference Engine 2.4 and newer warn of it)',
    mend: 'take the output out of the list, or export the file again',
    check: ({ model }) => faultsOfKind(model, 'output-of-nothing'),
  },
  {
    code: 'opset-domain',
    level: 'error',
    engines: ['sentis', 'inference-engine'],
    what: 'The file names one operator set, and calls its domain "" (the empty string).',
    why: 'without that name they take the operators for those of set 15, and read attributes of set 9 as if they were not there',
    mend: 'export with the default domain only',
    *check({ model: { defaultDomain, otherOpsets = [] } }) {
      if (defaultDomain) yield { found: `the domain is called "${defaultDomain}"` };
      for (const { domain, version } of otherOpsets) yield { found: `operator set ${version} of "${domain}" as well` };
    },
  },
  {
    code: 'opset-too-old',
    level: 'error',
    what: 'The operator set is 7 or newer.',
    why: 'the importers read operators in the form that they have had since 7',
    mend: 'export with opset 9, as ML-Agents does',
    *check({ model: { opset } }) {
      if (opset >= 1 && opset < 7) yield { found: `the operator set is ${opset}` };
    },
  },
  {
    code: 'opset-too-new',
    level: 'error',
    what: 'The operator set is 15 or older; from Inference Engine 2.6 on, 25.',
    why: 'an operator of a newer set is read in its older form, and computes something else without a word',
    mend: 'export with opset 9, as ML-Agents does',
    *check({ model: { opset }, context: { engines } }) {
      const reads = (engine: (typeof engines)[number]) =>
        engine.name === 'inference-engine' && isFrom(engine, '2.6') ? 25 : 15;
      const lost = engines.filter((engine) => opset > reads(engine));
      if (lost.length > 0) yield { found: `the operator set is ${opset}`, engines: lost.map(({ name }) => name) };
    },
  },
  {
    code: 'opset-of-barracuda',
    level: 'warning',
    engines: ['barracuda'],
    what: 'The operator set is 9.',
    why: 'Barracuda looks at no set; it was made for 9, and some forms of later ones fail on import',
    mend: 'export with opset 9, as ML-Agents does',
    *check({ model: { opset } }) {
      if (opset > 9 && opset <= 15) yield { found: `the operator set is ${opset}` };
    },
  },
  {
    code: 'wide-floats',
    level: 'error',
    what: 'Constants of floating point are float32.',
    why: 'Barracuda may not read others, and the others round them to float32',
    mend: 'convert the weights to float32 before export',
    *check({ graph }) {
      for (const [name, { type }] of graph.initializers) {
        if (type === 'float16' || type === 'float64' || type === 'bfloat16' || type === 'other') {
          yield {
            where: `constant ${name}`,
            found: `its type is ${type === 'other' ? 'none that holds numbers' : type}`,
          };
        }
      }
    },
  },
  {
    code: 'constant-among-inputs',
    level: 'warning',
    what: 'Constants are not listed among the inputs.',
    why: 'the importers skip them, but other tools take them for inputs that have to be fed',
    mend: 'export with keep_initializers_as_inputs=False',
    *check({ graph }) {
      for (const { name } of graph.inputs) {
        if (graph.initializers.has(name)) yield { where: `input ${name}`, found: 'it is a constant as well' };
      }
    },
  },
  {
    code: 'trimmed-name',
    level: 'warning',
    engines: ['sentis', 'inference-engine'],
    what: 'No name ends in ":0".',
    why: 'before Inference Engine 2.4 the ending is cut off, and two names may become one',
    mend: 'rename the value',
    *check({ graph }) {
      const names = new Set([
        ...graph.initializers.keys(),
        ...[...graph.inputs, ...graph.outputs].map(({ name }) => name),
        ...graph.nodes.flatMap(({ outputs }) => outputs),
      ]);
      for (const name of names) if (name.endsWith(':0')) yield { where: name, found: 'its name ends in ":0"' };
    },
  },
  {
    code: 'constant-form',
    level: 'error',
    what: 'A Constant has its number in the attribute `value`.',
    why: 'no other attribute is read before Inference Engine 2.3: the import fails',
    mend: 'export with an older opset, or turn the node into an initializer',
    *check({ graph, context }) {
      const lost = context.engines.filter((engine) => !(engine.name === 'inference-engine' && isFrom(engine, '2.3')));
      for (const node of graph.nodes) {
        if (node.op !== 'Constant' || node.attributes['value']?.type === 'tensor') continue;
        const engines = 'sparse_value' in node.attributes ? context.engines : lost;
        const has = Object.keys(node.attributes).join(', ') || 'no attribute';
        if (engines.length > 0) {
          yield { where: toldNode(node), found: `it has ${has}`, engines: engines.map(({ name }) => name) };
        }
      }
    },
  },
  {
    code: 'clip-form',
    level: 'error',
    what: 'Clip has its limits in attributes before operator set 11, and in inputs from 11 on.',
    why: 'Sentis 2 and Inference Engine go by the operator set, and in the other form they do not clip at all, without a word',
    mend: 'export again with one operator set for the whole graph',
    check: (policy) =>
      wrongForms(policy, 'Clip', 11, ['min', 'max'], 'its limits are', (inputs) => inputs.slice(1).some(Boolean)),
  },
  {
    code: 'reduce-form',
    level: 'error',
    what: 'ReduceMean, ReduceMax and their like have their axes in an attribute before operator set 18 (ReduceSum: 13), and in an input from then on.',
    why: 'Sentis 2 and Inference Engine go by the operator set, and in the other form they reduce over everything, without a word',
    mend: 'export again with one operator set for the whole graph',
    *check(policy) {
      for (const op of new Set(policy.graph.nodes.map((node) => node.op))) {
        if (!op.startsWith('Reduce')) continue;
        const since = op === 'ReduceSum' ? 13 : 18;
        yield* wrongForms(policy, op, since, ['axes'], 'its axes are', (inputs) => Boolean(inputs[1]));
      }
    },
  },
  {
    code: 'rank',
    level: 'error',
    engines: ['sentis', 'inference-engine'],
    what: 'No tensor has more than 8 dimensions.',
    why: 'they hold no more',
    mend: 'reshape before export',
    *check({ graph }) {
      const shapes = [
        ...graph.inputs.map(({ name, shape }) => [`input ${name}`, shape?.length ?? 0] as const),
        ...[...graph.initializers].map(([name, { shape }]) => [`constant ${name}`, shape.length] as const),
      ];
      for (const [where, rank] of shapes) if (rank > 8) yield { where, found: `it has ${rank} dimensions` };
    },
  },
];

function* faultsOfKind(model: PolicyFile['model'], wanted: Fault['kind']): Iterable<Breach> {
  for (const { kind, told } of faultsOf(model)) if (kind === wanted) yield { found: told };
}

function* wrongForms(
  { graph, model: { opset } }: PolicyFile,
  op: string,
  since: number,
  attributes: readonly string[],
  told: string,
  hasInputs: (inputs: readonly string[]) => boolean,
): Iterable<Breach> {
  for (const node of graph.nodes) {
    if (node.op !== op) continue;
    const hasAttributes = attributes.some((name) => name in node.attributes);
    const isNew = opset >= since;
    if (isNew && hasAttributes) yield { where: toldNode(node), found: `${told} attributes, at operator set ${opset}` };
    if (!isNew && hasInputs(node.inputs))
      yield { where: toldNode(node), found: `${told} inputs, at operator set ${opset}` };
  }
}
