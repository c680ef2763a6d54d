import { describe, expect, it } from 'vitest';
import { checkModel } from '../../onnx/check.ts';
import { type Model, node } from '../../onnx/model.ts';

function sound(): Model {
  return {
    irVersion: 4,
    opset: 9,
    producerName: 'test',
    metadata: {},
    graph: {
      name: 'sound',
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['batch', 2] }],
      nodes: [node('Add', ['x', 'w'], ['sum']), node('Tanh', ['sum'], ['y'])],
      initializers: new Map([['w', { type: 'float32', shape: [2], data: Float32Array.of(1, 2) }]]),
    },
  };
}

function faulty(spoil: (graph: Model['graph']) => void): string[] {
  const model = sound();
  spoil(model.graph);
  return checkModel(model);
}

describe('checking a model', () => {
  it('finds nothing in a sound one', () => {
    expect(checkModel(sound())).toEqual([]);
  });

  it('finds nodes out of order', () => {
    expect(faulty((graph) => graph.nodes.reverse())).toEqual([
      'node 0 (Tanh) reads "sum", which only a later node makes',
    ]);
  });

  it('finds a value that nothing makes', () => {
    expect(faulty((graph) => graph.initializers.clear())).toEqual(['node 0 (Add) reads "w", which nothing makes']);
  });

  it('finds a name given twice', () => {
    expect(faulty((graph) => graph.nodes.push(node('Exp', ['x'], ['w'])))).toEqual([
      'output of node 2 (Exp) "w" has a name that is taken already',
    ]);
  });

  it('finds an output that nothing makes, and a graph without outputs', () => {
    expect(faulty((graph) => graph.nodes.pop())).toEqual(['the graph output "y" is made by nothing']);
    expect(faulty((graph) => graph.outputs.pop())).toEqual(['the graph has no output']);
  });

  it('finds initializers whose data do not fit, and those that hold no finite numbers', () => {
    const set = (shape: number[], data: Float32Array) => (graph: Model['graph']) =>
      graph.initializers.set('w', { type: 'float32', shape, data });
    expect(faulty(set([3], Float32Array.of(1, 2)))).toEqual(['the initializer "w" of shape [3] has 2 elements']);
    expect(faulty(set([2], Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY)))).toEqual([
      'the initializer "w" has 2 elements that are not finite numbers',
    ]);
  });

  it('leaves an optional input that is left out alone', () => {
    expect(faulty((graph) => graph.nodes.unshift(node('Clip', ['x', '', 'w'], ['cut'])))).toEqual([]);
  });
});
