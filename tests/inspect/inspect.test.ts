/** What `npm run inspect` tells of a policy, in numbers, words and a picture. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportActor } from '../../export/export-actor.ts';
import { graphSvg } from '../../inspect/graph-svg.ts';
import { inspectModel } from '../../inspect/inspect.ts';
import { inspectionText } from '../../inspect/tell.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { type Model, node } from '../../onnx/model.ts';
import { Normaliser } from '../../train/policy/normaliser.ts';
import { initialParameters } from '../../train/policy/policy.ts';
import { temporaryFolder } from '../deploy-unity/projects.ts';
import { jsonOf } from '../json-output.ts';
import { continuous, discrete, remembering } from '../lint/fixtures/policies.ts';
import { runToEnd, underTsx } from '../pipeline/fixtures/start.ts';

/** A Walker's actor whose observations 4 and 5, the goal's sideways velocity, never moved in 3 million rows. */
function walker(leastDeviation: number): Model {
  const network = { observationSize: 243, actionSize: 39, hiddenUnits: 16, layers: 2 };
  const normaliser = new Normaliser(243);
  normaliser.update(
    Float32Array.from({ length: 300 * 243 }, (_, at) => ([4, 5].includes(at % 243) ? 0 : Math.sin(at))),
  );
  normaliser.squares.forEach((squares, at) => {
    normaliser.squares[at] = [4, 5].includes(at) ? 1 : squares * 10_000;
  });
  normaliser.rows = 3_000_001;
  normaliser.leastDeviation = leastDeviation;
  return exportActor({ network, parameters: initialParameters(network, 1), normaliser }, '0.0.0', {
    'gaitsmith.run': 'w',
  });
}

describe('an inspection', () => {
  it('counts the numbers of each layer and of the whole file', () => {
    const { layers, parameters, operators, producer, opset } = inspectModel(continuous());
    expect(layers).toEqual([
      { operator: 'Gemm', where: 'Gemm -> h0', shapes: [[4, 8], [4]], parameters: 36 },
      { operator: 'Gemm', where: 'Gemm -> mu', shapes: [[2, 4], [2]], parameters: 10 },
    ]);
    // Layers, mean and deviation, sigma, the 3 of the clipping, three outputs.
    expect(parameters).toBe(46 + 16 + 2 + 1 + 3);
    expect(operators).toMatchObject({ Clip: 3, Gemm: 2, RandomNormalLike: 1 });
    expect({ producer, opset }).toEqual({ producer: 'test', opset: 9 });
  });

  it('finds convolutions and memories among the layers', () => {
    expect(inspectModel(discrete()).layers.map(({ operator }) => operator)).toEqual(['Conv', 'Gemm', 'Gemm']);
    expect(inspectModel(remembering()).layers[0]).toMatchObject({ operator: 'LSTM', parameters: 16 * 3 + 16 * 4 + 32 });
  });

  it('tells what constant outputs are, and where the file comes from', () => {
    const { outputs, provenance } = inspectModel(walker(0));
    expect(outputs.map(({ name, constant }) => [name, constant])).toContainEqual(['version_number', [3]]);
    expect(provenance).toEqual({ 'gaitsmith.version': '0.0.0', 'gaitsmith.run': 'w' });
  });

  it("names a Walker's observations that never moved, and those that the file does not listen to", () => {
    const told = (model: Model) =>
      inspectModel(model).normalisers[0]!.observations.filter(({ state }) => state !== 'moves');
    expect(told(walker(0))).toMatchObject([
      { index: 4, name: 'goal velocity x', state: 'never moved' },
      { index: 5, name: 'goal velocity y', state: 'never moved' },
    ]);
    expect(told(walker(0.001)).map(({ index, state }) => [index, state])).toEqual([
      [4, 'left out'],
      [5, 'left out'],
    ]);
    expect(inspectionText(inspectModel(walker(0)), 'w.onnx')).toContain(
      '  never moved in training, 2: goal velocity x, goal velocity y\n',
    );
  });

  it("has numbers for names where the sizes are not the Walker's", () => {
    const { normalisers } = inspectModel(continuous());
    expect(normalisers).toMatchObject([{ inputs: ['obs_0'], clip: [-5, 5] }]);
    expect(normalisers[0]!.observations[7]).toEqual({
      index: 7,
      name: null,
      mean: 0,
      deviation: Math.fround(0.01),
      state: 'moves',
    });
  });
});

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxesIn(svg: string): Rectangle[] {
  const found = svg.matchAll(/<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"/g);
  return Array.from(found, ([, ...numbers]) => {
    const [x, y, width, height] = numbers.map(Number) as [number, number, number, number];
    return { x, y, width, height };
  });
}

describe('the picture of a graph', () => {
  it.each([
    ['continuous', continuous, 1 + 14 + 5],
    ['discrete', discrete, 3 + 19 + 5],
    ['remembering', remembering, 2 + 16 + 6],
  ])('of a %s policy has a box for each input, node and output, and none lies on another', (_kind, policy, count) => {
    const boxes = boxesIn(graphSvg(policy()));
    expect(boxes).toHaveLength(count);
    const overlapping = boxes.flatMap((one, at) =>
      boxes
        .slice(at + 1)
        .filter(
          (other) =>
            one.x < other.x + other.width &&
            other.x < one.x + one.width &&
            one.y < other.y + other.height &&
            other.y < one.y + one.height,
        ),
    );
    expect(overlapping).toEqual([]);
  });

  it('has an arrow for each value that a node reads, and is the same every time', () => {
    const svg = graphSvg(continuous());
    // Constants are told within the boxes. One more path is the tip of an arrow.
    expect(svg.match(/<path d="M/g)).toHaveLength(18 + 1);
    expect(svg).toContain('[4, 8] [4] transB=1');
    expect(graphSvg(continuous())).toBe(svg);
  });

  it('has no place for names that would be read as XML, or that XML refuses', () => {
    const model = continuous();
    model.graph.outputs[2]!.name = '<script>&"\u0000\u0007';
    model.graph.nodes.find(({ outputs }) => outputs[0] === 'continuous_actions')!.outputs = ['<script>&"\u0000\u0007'];
    const svg = graphSvg(model);
    expect(svg).toContain('&lt;script&gt;&amp;');
    expect(svg.replaceAll('\n', '')).not.toMatch(/<script|\p{Cc}/u);
  });

  it('of more than a thousand boxes is refused', () => {
    const model = continuous();
    for (let at = 0; at < 1000; at++) model.graph.nodes.push(node('Tanh', ['mu'], [`t${at}`]));
    expect(() => graphSvg(model)).toThrow(
      /too large for a picture; got "1020 boxes and 1018 arrows"; expected at most 1000/,
    );
  });
});

describe('npm run inspect', () => {
  const inspect = (...argv: string[]) => runToEnd(['inspect', ...argv], { entry: underTsx('pipeline/gaitsmith.ts') });

  it('tells it as text and as JSON, draws, and ends with 0, 1 for what is no model, 2 for what is not there', async () => {
    const folder = temporaryFolder();
    const [file, broken, svg] = ['policy.onnx', 'broken.onnx', 'policy.svg'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(file, encodeModel(continuous()));
    writeFileSync(broken, 'nothing');
    const [text, json, noModel, nowhere] = await Promise.all([
      inspect(file, '--svg', svg),
      inspect(file, '--json'),
      inspect(broken),
      inspect(join(folder, 'nowhere.onnx')),
    ]);
    expect([text.code, json.code, noModel.code, nowhere.code]).toEqual([0, 0, 1, 2]);
    expect(text.stdout).toContain('version 3; obs_0 [batch, 8] -> 2 continuous actions');
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
    expect(await jsonOf(json.stdout)).toMatchObject({ ok: true, parameters: 68, svg: null });
    expect(noModel.stderr).toContain('this is not an ONNX model');
    expect(existsSync(join(folder, 'nowhere.onnx'))).toBe(false);
  });
});
