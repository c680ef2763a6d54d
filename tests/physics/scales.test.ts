/** What a body or a joint may have of its own: a greatest spin, a share of gravity, a mass scale. Each has an exact answer. */
import { beforeAll, expect, it } from 'vitest';
import { loadKernel } from '../../physics/kernel.ts';
import { unturned } from '../../physics/rotation.ts';
import type { Body, Joint, Scene } from '../../physics/scene.ts';
import { Simulator } from '../../physics/simulator.ts';

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await loadKernel();
});

const ball = (name: string, mass: number, more: Partial<Body> = {}): Body => ({
  name,
  mass,
  linearDamping: 0,
  angularDamping: 0,
  shapes: [
    {
      kind: 'sphere',
      radius: 0.1,
      position: [0, 0, 0],
      rotation: unturned,
      friction: 0.6,
      contactOffset: 0.01,
      category: 1,
      collidesWith: 0,
    },
  ],
  ...more,
});

/** A light ball and a heavy one a metre off, rigidly joined; the light one owns the joint. */
function pair(massScale: Joint['massScale']): Simulator {
  const joint: Joint = {
    name: 'light',
    body: 0,
    connectedTo: 1,
    frame: { anchor: [0, 0, 0], rotation: unturned },
    connectedFrame: { anchor: [-1, 0, 0], rotation: unturned },
    twist: 'locked',
    swing1: 'locked',
    swing2: 'locked',
    swingShape: 'cone',
    drive: undefined,
    massScale,
  };
  const bodies = [ball('light', 1), ball('heavy', 10)];
  const scene: Scene = { bodies, joints: [joint], fixtures: [], bodyOrder: [0, 1], jointOrder: [0] };
  const simulator = new Simulator(module, scene, { lanes: 4, gravity: [0, 0, 0] });
  simulator.setPose(2, 1, [1, 0, 0], unturned);
  return simulator;
}

it.each([
  [undefined, 10 / 11],
  [[1, 1] as const, 10 / 11],
  // As if the light one weighed 10 kg: each takes half of the speed, and momentum is made.
  [[0.1, 1] as const, 0.5],
  // As if both weighed 1 kg.
  [[1, 10] as const, 0.5],
])('a joint of mass scale %j shares a push as bodies of such masses would', (massScale, speed) => {
  const simulator = pair(massScale);
  simulator.setVelocity(2, 1, [1, 0, 0], [0, 0, 0]);
  simulator.step();
  expect(simulator.velocity(2, 0)[0]).toBeCloseTo(simulator.velocity(2, 1)[0], 5);
  expect(simulator.velocity(2, 1)[0]).toBeCloseTo(speed, 4);
});

it('a mass scale turns bodies as it moves them: what is joined rigidly turns as one', () => {
  const simulator = pair([0.1, 1]);
  simulator.setVelocity(2, 1, [0, 1, 0], [0, 0, 0]);
  for (let step = 0; step < 20; step++) simulator.step();
  const [first, second] = [simulator.spin(2, 0), simulator.spin(2, 1)];
  expect(first[2]).toBeCloseTo(second[2], 4);
  expect(Math.abs(second[2])).toBeGreaterThan(0.1);
});

it('a body turns no faster than its own greatest spin, and its neighbour by the solver settings', () => {
  const bodies = [ball('eye', 1, { maxSpin: 7 }), ball('head', 1)];
  const scene: Scene = { bodies, joints: [], fixtures: [], bodyOrder: [0, 1], jointOrder: [] };
  const simulator = new Simulator(module, scene, { lanes: 4 });
  for (const body of [0, 1]) simulator.setVelocity(0, body, [0, 0, 0], [0, 60, 0]);
  simulator.step();
  expect(simulator.spin(0, 0)[1]).toBeCloseTo(7, 4);
  expect(simulator.spin(0, 1)[1]).toBeCloseTo(50, 3);
});

it('a body falls by its share of gravity', () => {
  const bodies = [ball('floating', 1, { gravityShare: 0 }), ball('falling', 1)];
  const scene: Scene = { bodies, joints: [], fixtures: [], bodyOrder: [0, 1], jointOrder: [] };
  const simulator = new Simulator(module, scene, { lanes: 4, gravity: [0, -10, 0] });
  simulator.step();
  expect(simulator.velocity(0, 0)[1]).toBe(0);
  expect(simulator.velocity(0, 1)[1]).toBeCloseTo(-0.1333, 4);
});
