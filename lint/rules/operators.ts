/** Rules of single nodes: operators that an engine does not know, and forms of them that it reads in another way. */
import type { Node } from '../../onnx/model.ts';
import { engineTitles, isFrom, knowsFrom } from '../engines.ts';
import { numberIn, numbersIn, type PolicyFile, toldNode } from '../policy-file.ts';
import type { Breach, Rule } from '../rule.ts';

export const operatorRules: readonly Rule[] = [
  {
    code: 'operator',
    level: 'error',
    what: 'The engine knows every operator. (None knows If, Loop, Scan, GRU, GroupNormalization or quantised ones.)',
    why: 'the import fails, or, where Barracuda is told to treat errors as warnings, the operator is left out without a word',
    mend: 'write it in other operators before export, or update the package',
    *check({ graph, context: { engines } }) {
      for (const node of graph.nodes) {
        if (isForeign(node)) continue; // the next rule's
        const strangers = engines.filter((engine) => {
          const from = knowsFrom(engine.name, node.op);
          return from === undefined || !isFrom(engine, from);
        });
        if (strangers.length === 0) continue;
        const told = strangers.map(({ name }) => {
          const from = knowsFrom(name, node.op);
          return `${engineTitles[name]} ${from === undefined ? 'does not know it' : `knows it from ${from} on`}`;
        });
        yield { where: toldNode(node), found: told.join(', '), engines: strangers.map(({ name }) => name) };
      }
    },
  },
  {
    code: 'operator-domain',
    level: 'error',
    what: "Every operator is one of ONNX's own.",
    why: 'the importers know no others, whatever their name',
    mend: "export without contributed operators (onnxruntime's transformer optimiser adds some)",
    *check({ graph }) {
      for (const node of graph.nodes) {
        if (isForeign(node)) yield { where: toldNode(node), found: `it is of the domain ${node.domain}` };
      }
    },
  },
  {
    code: 'gemm-scaled',
    level: 'error',
    engines: ['barracuda'],
    what: 'Gemm has alpha 1 and beta 1, and does not transpose its first operand.',
    why: 'Barracuda makes a dense layer of it and ignores them, with a warning in the log at most',
    mend: 'scale the weights before export',
    check: (policy) =>
      eachGemm(policy, ({ attributes }) => {
        const plain = { alpha: 1, beta: 1, transA: 0 };
        const changed = Object.entries(plain).filter(([name, value]) => numberIn(attributes[name], value) !== value);
        return changed.map(([name]) => `${name} is ${numberIn(attributes[name], 0)}`);
      }),
  },
  {
    code: 'gemm-operands',
    level: 'error',
    engines: ['barracuda'],
    what: 'Weights of a Gemm are a constant of rank 2, its bias is one of rank 1.',
    why: 'Barracuda refuses another rank, and of weights that are computed it loses the bias',
    mend: 'export weights and bias as initializers',
    check: (policy) =>
      eachGemm(policy, ({ inputs }) => {
        const [weights, bias] = [policy.constant(inputs[1]), policy.constant(inputs[2])];
        return [
          ...(weights?.shape.length === 2 ? [] : ['its weights are no rank-2 constant']),
          ...(bias?.shape.length === 1 ? [] : ['its bias is no rank-1 constant']),
        ];
      }),
  },
  {
    code: 'split-form',
    level: 'error',
    engines: ['barracuda'],
    what: 'Split has its sizes in the attribute `split`.',
    why: 'Barracuda reads no input for them',
    mend: 'export with an operator set below 13',
    *check({ graph }) {
      for (const node of graph.nodes) {
        if (node.op !== 'Split' || numbersIn(node.attributes['split'])) continue;
        yield { where: toldNode(node), found: node.inputs[1] ? 'its sizes are an input' : 'it has none' };
      }
    },
  },
  {
    code: 'reduce-axes',
    level: 'warning',
    engines: ['barracuda'],
    what: 'Means and sums are taken over the last axis, which stays as one of size 1 (axes=[-1], keepdims=1).',
    why: 'Barracuda turns the axes of a tensor round, and earlier versions reduce over others or lose a dimension',
    mend: 'write axes=[-1], keepdims=1',
    *check({ graph }) {
      for (const node of graph.nodes) {
        if (node.op !== 'ReduceMean' && node.op !== 'ReduceSum') continue;
        const axes = numbersIn(node.attributes['axes']);
        const isKept = numberIn(node.attributes['keepdims'], 1) === 1;
        // On rank 2, where nearly all of a policy is, the last axis is also number 1.
        if (isKept && axes?.length === 1 && (axes[0] === -1 || axes[0] === 1)) continue;
        const told = axes ? `over the axes ${axes.join(', ')}` : 'over all axes';
        yield { where: toldNode(node), found: `it reduces ${told}, keepdims ${isKept ? 1 : 0}` };
      }
    },
  },
  {
    code: 'layer-normalization',
    level: 'error',
    engines: ['sentis', 'inference-engine'],
    what: 'LayerNormalization is over the last axis (axis=-1) and has a bias.',
    why: 'another axis is ignored with a warning, and Sentis 1.2 fails without a bias',
    mend: 'write the norm as ReduceMean, Sub, Mul, Sqrt and Div, which all packages know',
    *check({ graph }) {
      for (const node of graph.nodes) {
        if (node.op !== 'LayerNormalization') continue;
        const axis = numberIn(node.attributes['axis'], -1);
        if (axis !== -1) yield { where: toldNode(node), found: `its axis is ${axis}` };
        if (!node.inputs[2]) yield { where: toldNode(node), found: 'it has no bias' };
      }
    },
  },
  {
    code: 'constant-minus',
    level: 'warning',
    engines: ['barracuda'],
    what: 'Nothing subtracts from a constant.',
    why: "Barracuda has swapped the operands of `constant - x` before (Unity's own exporter avoids it)",
    mend: 'write it as x * -1 + constant',
    *check(policy) {
      for (const node of policy.graph.nodes) {
        if (node.op === 'Sub' && policy.constant(node.inputs[0]) && !policy.constant(node.inputs[1])) {
          yield { where: toldNode(node), found: 'its first operand is a constant' };
        }
      }
    },
  },
  {
    code: 'shape-arithmetic',
    level: 'warning',
    engines: ['barracuda'],
    what: 'No shape is computed in the graph (Shape, Expand, ConstantOfShape).',
    why: 'Barracuda wants to know shapes when it imports the model, and stumbles over batches of several agents',
    mend: 'give a value the shape of another by arithmetic, as ML-Agents does: x * 0 + value',
    *check({ graph }) {
      for (const node of graph.nodes) {
        if (['Shape', 'Expand', 'ConstantOfShape', 'NonZero'].includes(node.op)) {
          yield { where: toldNode(node), found: `${node.op} computes with shapes` };
        }
      }
    },
  },
];

function isForeign({ domain }: Node): boolean {
  return domain !== undefined && domain !== '' && domain !== 'ai.onnx';
}

function* eachGemm({ graph }: PolicyFile, found: (node: Node) => string[]): Iterable<Breach> {
  for (const node of graph.nodes) {
    if (node.op === 'Gemm') for (const each of found(node)) yield { where: toldNode(node), found: each };
  }
}
