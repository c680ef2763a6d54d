/** Structural faults of a model: what any reader would stumble over, whatever the operators mean. */
import { arrayOf } from './element-types.ts';
import { elementCount, type Graph, type Model, type Tensor } from './model.ts';

/** A fault by its kind: numbers that are none, outputs that nothing makes, and everything else that is not as a graph has to be. */
export interface Fault {
  readonly kind: 'not-finite' | 'output-of-nothing' | 'structure';
  /** A sentence without its full stop. */
  readonly told: string;
}

/**
 * Checks a model's structure.
 *
 * @returns one sentence per fault, none for a sound model: values named twice, nodes out of order, inputs that nothing
 *   makes, outputs that nothing makes, initializers whose data don't fit their shape or hold no finite numbers.
 */
export function checkModel(model: Model): string[] {
  return faultsOf(model).map(({ told }) => told);
}

/** The same, each with its kind. */
export function faultsOf(model: Model): Fault[] {
  const faults: Fault[] = [];
  const say = (told: string, kind: Fault['kind'] = 'structure') => faults.push({ kind, told });
  if (model.opset < 1) say('the model names no operator set of the default domain ""');
  checkValues(model.graph, say);
  for (const [name, tensor] of model.graph.initializers) checkInitializer(name, tensor, say);
  return faults;
}

type Say = (told: string, kind?: Fault['kind']) => void;

function checkValues({ inputs, outputs, nodes, initializers }: Graph, say: Say): void {
  const known = new Set<string>();
  const define = (name: string, what: string) => {
    if (known.has(name)) say(`${what} "${name}" has a name that is taken already`);
    known.add(name);
  };
  for (const name of initializers.keys()) define(name, 'initializer');
  // Files of the first format versions list initializers among the inputs as well.
  for (const { name } of inputs) if (!initializers.has(name)) define(name, 'input');
  const madeSomewhere = new Set(nodes.flatMap((node) => node.outputs));
  for (const [index, node] of nodes.entries()) {
    const told = `node ${index} (${node.op}${node.name ? ` "${node.name}"` : ''})`;
    if (node.op === '') say(`${told} names no operator`);
    for (const name of node.inputs) {
      if (name === '' || known.has(name)) continue;
      const late = madeSomewhere.has(name);
      say(`${told} reads "${name}", ${late ? 'which only a later node makes' : 'which nothing makes'}`);
    }
    if (!node.outputs.some((name) => name !== '')) say(`${told} makes nothing`);
    for (const name of node.outputs) if (name !== '') define(name, `output of ${told}`);
  }
  const names = new Set<string>();
  for (const { name } of outputs) {
    if (names.has(name)) say(`two graph outputs are named "${name}"`);
    names.add(name);
    if (!known.has(name)) say(`the graph output "${name}" is made by nothing`, 'output-of-nothing');
  }
  if (outputs.length === 0) say('the graph has no output');
}

function checkInitializer(name: string, { type, shape, data }: Tensor, say: Say): void {
  const array = arrayOf(type);
  if (array === undefined) return;
  const told = `the initializer "${name}"`;
  if (!shape.every((size) => Number.isInteger(size) && size >= 0)) say(`${told} has the shape [${shape}]`);
  else if (data.length !== elementCount(shape)) {
    say(`${told} of shape [${shape}] has ${data.length} elements`);
  }
  if (!(data instanceof array)) say(`${told} of type ${type} has its data in a ${data.constructor.name}`);
  const strange = notFinite(data);
  if (strange > 0) say(`${told} has ${strange} elements that are not finite numbers`, 'not-finite');
}

/** How many elements are NaN or infinite. */
function notFinite(data: Tensor['data']): number {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return 0;
  let count = 0;
  for (const element of data) if (!Number.isFinite(element)) count++;
  return count;
}
