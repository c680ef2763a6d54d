/** An inspection as text for people. */
import { visible } from '../base/failure/user-error.ts';
import { toldShape } from '../lint/policy-file.ts';
import type {
  InspectedLayer,
  InspectedNormaliser,
  InspectedObservation,
  InspectedValue,
  Inspection,
} from './inspect.ts';

/** As many lines of a kind as are told. */
const MOST = 40;

/** @param file what it is called. */
export function inspectionText(inspection: Inspection, file: string): string {
  const { policy, producer, opset, format, inputs, outputs, layers, parameters, operators } = inspection;
  const weights = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const lines = [
    `${file}: ${policy}`,
    `written by ${producer}, opset ${opset}, format ${format}`,
    ...section('inputs', inputs.map(valueText)),
    ...section('outputs', outputs.map(valueText)),
    ...section(`layers: ${grouped(weights)} of ${grouped(parameters)} numbers`, layers.map(layerText)),
    ...section('operators', [
      Object.entries(operators)
        .map(([op, count]) => `${op} ${count}`)
        .join(', '),
    ]),
    ...inspection.normalisers.flatMap(normaliserLines),
    ...section(
      'where it comes from',
      Object.entries(inspection.provenance).map(([key, value]) => `${key}: ${value}`),
    ),
  ];
  return lines.map(visible).join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > MOST ? [`  ... and ${lines.length - MOST} more`] : [];
  return ['', title, ...lines.slice(0, MOST).map((line) => `  ${line}`), ...more];
}

function valueText({ name, type, shape, constant }: InspectedValue): string {
  const numbers = constant ? `  always ${constant.map((number) => Number(number.toPrecision(6))).join(', ')}` : '';
  return `${name}: ${type} ${toldShape(shape ?? undefined)}${numbers}`;
}

function layerText({ where, shapes, parameters }: InspectedLayer): string {
  return `${where}: ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' ')}, ${grouped(parameters)}`;
}

function normaliserLines({ inputs, clip, observations }: InspectedNormaliser): string[] {
  const moving = observations.filter(({ state }) => state === 'moves');
  const least = moving.reduce<InspectedObservation | undefined>(
    (best, each) => (best && best.deviation <= each.deviation ? best : each),
    undefined,
  );
  const of = (wanted: InspectedObservation['state']) => observations.filter(({ state }) => state === wanted);
  const told = (all: readonly InspectedObservation[]) => `${all.length}: ${all.map(nameOf).join(', ')}`;
  return section(`normaliser of ${inputs.join(', ')}: ${observations.length} observations`, [
    clip ? `clipped to ${clip[0]} and ${clip[1]}` : 'not clipped',
    ...(least
      ? [`least deviation of what moved in training: ${nameOf(least)}, ${least.deviation.toPrecision(3)}`]
      : []),
    ...(of('never moved').length > 0 ? [`never moved in training, ${told(of('never moved'))}`] : []),
    ...(of('left out').length > 0 ? [`not listened to, ${told(of('left out'))}`] : []),
  ]);
}

function nameOf({ name, index }: InspectedObservation): string {
  return name ?? `number ${index}`;
}

/** 62,464 */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
