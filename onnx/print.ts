/** A model as text, a line per value, in the order a reader wants: what goes in, what is constant, what happens, what comes out. */
import type { Attribute, Model, Node, Tensor, ValueInfo } from './model.ts';

/** A readable listing of a model: `y = Gemm(x, w, b) transB=1`. */
export function printModel(model: Model): string {
  const { graph } = model;
  const producer = [model.producerName, model.producerVersion].filter(Boolean).join(' ');
  return [
    `graph "${graph.name}"  opset ${model.opset}  format ${model.irVersion}${producer ? `  by ${producer}` : ''}`,
    ...(model.otherOpsets ?? []).map(({ domain, version }) => `opset ${version} of ${domain}`),
    ...Object.entries(model.metadata).map(([key, value]) => `  ${key}: ${value}`),
    ...section('inputs', graph.inputs.map(valueText)),
    ...section(
      'initializers',
      [...graph.initializers].map(([name, tensor]) => `${name}: ${tensorText(tensor)}`),
    ),
    ...section('nodes', graph.nodes.map(nodeText)),
    ...section('outputs', graph.outputs.map(valueText)),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function valueText({ name, type, shape }: ValueInfo): string {
  return `${name}: ${type} ${shape ? `[${shape.map((size) => size ?? '?').join(', ')}]` : 'of any shape'}`;
}

function nodeText({ op, domain, inputs, outputs, attributes }: Node): string {
  const told = Object.entries(attributes).map(([name, attribute]) => ` ${name}=${attributeText(attribute)}`);
  return `${outputs.join(', ')} = ${domain ? `${domain}.` : ''}${op}(${inputs.join(', ')})${told.join('')}`;
}

function attributeText(attribute: Attribute): string {
  switch (attribute.type) {
    case 'tensor':
      return `{${tensorText(attribute.value)}}`;
    case 'floats':
    case 'ints':
    case 'strings':
      return `[${attribute.value.join(', ')}]`;
    case 'other':
      return '…';
    default:
      return String(attribute.value);
  }
}

function tensorText({ type, shape, data }: Tensor): string {
  const shown = Array.from(data.subarray(0, 6) as Float32Array, (each) => shortNumber(each));
  const numbers = data.length > shown.length ? [...shown, '…'] : shown;
  return `${type} [${shape.join(', ')}] = ${numbers.join(' ')}`;
}

const shortNumber = (number: number | bigint): string =>
  typeof number === 'bigint' ? String(number) : String(Number(number.toPrecision(6)));
