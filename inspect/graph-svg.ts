/**
 * A model's graph as a picture: a box for each node, input and output, laid out in layers from top to bottom. Constants are no
 * boxes of their own; a node tells the shapes of those that it reads.
 */
import dagre, { type Edge } from '@dagrejs/dagre';
import { UserError, visible } from '../base/failure/user-error.ts';
import { PolicyFile, toldShape } from '../lint/policy-file.ts';
import type { Attribute, Model, Node } from '../onnx/model.ts';

/** What is still laid out in seconds and can be looked at. */
const MOST_BOXES = 1000;
const MOST_ARROWS = 2000;
const BOX = { height: 38, letter: 6.6, padding: 20 };
const MARGIN = 16;

/** Attributes that change nothing. */
const PLAIN: Readonly<Record<string, number>> = { alpha: 1, beta: 1, transA: 0, transB: 0, keepdims: 1, group: 1 };

interface Box {
  readonly kind: 'input' | 'node' | 'output';
  readonly title: string;
  readonly detail: string;
}

const COLOURS: Readonly<Record<Box['kind'], { fill: string; stroke: string }>> = {
  input: { fill: '#dcecf7', stroke: '#4a88b5' },
  node: { fill: '#ffffff', stroke: '#8a8f98' },
  output: { fill: '#e0f2dd', stroke: '#5b9a52' },
};
/** Operators with weights, so that the eye finds them. */
const WEIGHTED = { fill: '#fdf1d6', stroke: '#c79a35' };

/** @throws UserError where the graph is too large for a picture. */
export function graphSvg(model: Model): string {
  const { boxes, edges } = boxesOf(new PolicyFile(model, { engines: [] }));
  if (boxes.length > MOST_BOXES || edges.length > MOST_ARROWS) {
    throw new UserError({
      what: 'the graph is too large for a picture',
      value: `${boxes.length} boxes and ${edges.length} arrows`,
      expected: `at most ${MOST_BOXES} and ${MOST_ARROWS}`,
      mend: 'leave out --svg',
    });
  }
  const layout = new dagre.graphlib.Graph({ multigraph: true });
  layout.setGraph({
    rankdir: 'TB',
    nodesep: 24,
    ranksep: 32,
    marginx: MARGIN,
    marginy: MARGIN,
    ranker: 'longest-path',
  });
  layout.setDefaultEdgeLabel(() => ({}));
  boxes.forEach((box, at) => {
    layout.setNode(String(at), { width: widthOf(box), height: BOX.height });
  });
  edges.forEach(([from, to], at) => {
    layout.setEdge({ v: String(from), w: String(to), name: String(at) }, {});
  });
  dagre.layout(layout);
  const { width = 0, height = 0 } = layout.graph();
  const lines = layout.edges().map((edge: Edge) => pathOf(layout.edge(edge).points ?? []));
  const shapes = boxes.map((box, at) => {
    const { x = 0, y = 0 } = layout.node(String(at));
    return boxSvg(box, x, y);
  });
  const size = `width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#6b7078"/></marker></defs>',
    `<rect width="100%" height="100%" fill="#fafafa"/>`,
    ...lines,
    ...shapes,
    '</svg>',
    '',
  ].join('\n');
}

/** The boxes, and which leads to which, by their numbers. */
function boxesOf(policy: PolicyFile): { boxes: Box[]; edges: (readonly [from: number, to: number])[] } {
  const { nodes, outputs, initializers } = policy.graph;
  const boxes: Box[] = [];
  const edges: (readonly [number, number])[] = [];
  /** The box that each value comes out of. */
  const makers = new Map<string, number>();
  const add = (box: Box) => boxes.push(box) - 1;
  for (const { name, shape } of policy.inputs) {
    makers.set(name, add({ kind: 'input', title: name, detail: toldShape(shape) }));
  }
  // What stands for a constant is told where it is read.
  const drawn = nodes.filter((node) => !node.outputs.every((name) => policy.constant(name)));
  const places = drawn.map((node) => add({ kind: 'node', title: node.op, detail: detailOf(policy, node) }));
  drawn.forEach((node, at) => {
    for (const name of node.outputs) if (name !== '') makers.set(name, places[at]!);
  });
  drawn.forEach((node, at) => {
    for (const name of node.inputs) {
      const from = makers.get(name);
      if (from !== undefined) edges.push([from, places[at]!]);
    }
  });
  for (const { name, shape } of outputs) {
    const constant = policy.constant(name) ?? initializers.get(name);
    const detail = constant
      ? `= ${Array.from(constant.data.subarray(0, 8) as Float32Array, String).join(', ')}`
      : toldShape(shape);
    const box = add({ kind: 'output', title: name, detail });
    const from = makers.get(name);
    if (from !== undefined) edges.push([from, box]);
  }
  return { boxes, edges };
}

/** Shapes of a node's constants, small numbers themselves, and the attributes that change what it does. */
function detailOf(policy: PolicyFile, { inputs, attributes }: Node): string {
  const constants = inputs.flatMap((name) => {
    const constant = policy.constant(name);
    if (!constant) return [];
    return constant.data.length === 1 ? [Number(constant.data[0]).toPrecision(3)] : [`[${constant.shape.join(', ')}]`];
  });
  const told = Object.entries(attributes)
    .filter(([name, { value }]) => PLAIN[name] !== value)
    .flatMap(([name, attribute]) => attributeText(name, attribute));
  return [...constants, ...told].join(' ');
}

function attributeText(name: string, { type, value }: Attribute): string[] {
  if (type === 'float' || type === 'int') return [`${name}=${Number(value.toPrecision(3))}`];
  if (type === 'ints' && value.length <= 4) return [`${name}=${value.join(',')}`];
  return [];
}

function widthOf({ title, detail }: Box): number {
  return Math.max(shown(title).length, shown(detail).length) * BOX.letter + BOX.padding;
}

function boxSvg({ kind, title, detail }: Box, x: number, y: number): string {
  const box: Box = { kind, title, detail };
  const width = widthOf(box);
  const isWeighted = kind === 'node' && /\[\d+, \d/.test(detail);
  const { fill, stroke } = isWeighted ? WEIGHTED : COLOURS[kind];
  const place = `x="${round(x - width / 2)}" y="${round(y - BOX.height / 2)}" width="${round(width)}" height="${BOX.height}"`;
  const text = (words: string, dy: number, more: string) =>
    `<text x="${round(x)}" y="${round(y + dy)}" text-anchor="middle" ${more}>${escaped(shown(words))}</text>`;
  return [
    `<g><title>${escaped(clean(`${title} ${detail}`))}</title>`,
    `<rect ${place} rx="5" fill="${fill}" stroke="${stroke}"/>`,
    text(title, detail ? -3 : 4, 'font-weight="bold" fill="#20242a"'),
    detail ? text(detail, 12, 'fill="#555b64"') : '',
    '</g>',
  ].join('');
}

function pathOf(points: readonly { readonly x: number; readonly y: number }[]): string {
  const path = points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${round(x)},${round(y)}`).join(' ');
  return `<path d="${path}" fill="none" stroke="#9aa0a8" marker-end="url(#tip)"/>`;
}

/** At most so much of a name as a box is wide. */
function shown(text: string): string {
  const whole = clean(text);
  return whole.length > 48 ? `${whole.slice(0, 45)}...` : whole;
}

/** Without what XML has no place for. */
function clean(text: string): string {
  return visible(text).replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
