/** What a browser is asked to play: put into one script, with nothing of Node in it, for tests/system/portable/browser.test.ts. */
import { cosine, naturalLogarithm, sine } from '../../base/exact-functions.ts';
import { RandomStream } from '../../base/random/stream.ts';
import { BatchedWorlds } from '../../envs/walker/batched-world.ts';
import { walkerDialects } from '../../envs/walker/dialects.ts';
import { unityPhysics } from '../../envs/walker/physics-settings.ts';
import { walkerRig } from '../../envs/walker/rig.ts';
import { WalkerEnvironment } from '../../envs/walker/walker-environment.ts';
import type { DialectName } from '../../physics/dialects.ts';
import { compileKernelModule } from '../../physics/kernel.ts';
import { massFrame } from '../../physics/mass-frame.ts';
import type { Shape } from '../../physics/scene.ts';
import { type PlayOptions, play } from '../envs/walker/playing.ts';
import { hashOf } from '../hash-of.ts';
import { play as playRagdolls, scenes } from '../physics/playing.ts';

interface Ragdolls {
  readonly seeds: readonly number[];
  readonly decisions: number;
  readonly scene?: keyof typeof scenes;
}

/** What a page can be asked for; hashes. */
export class Page {
  readonly #kernel: WebAssembly.Module;

  constructor(kernel: WebAssembly.Module) {
    this.#kernel = kernel;
  }

  /** One for each lane of the simulator alone. */
  ragdolls({ seeds, decisions, scene = 'walker' }: Ragdolls): Promise<string[]> {
    return playRagdolls(this.#kernel, seeds, { decisions, scene: scenes[scene] });
  }

  /** One for each agent of the whole environment. */
  walkers({ world, ...options }: PlayOptions & { readonly world: DialectName }): Promise<string[]> {
    return play(options, async (environment) => {
      const worlds = new BatchedWorlds(
        this.#kernel,
        walkerRig,
        environment.agents,
        walkerDialects[world],
        unityPhysics,
      );
      return new WalkerEnvironment(worlds, environment);
    });
  }

  /** One for each of sine, cosine, logarithm and normal numbers, of many random arguments. */
  functions(count: number): Promise<string[]> {
    const random = new RandomStream(count);
    const functions = [
      () => sine(random.uniform(-1000, 1000)),
      () => cosine(random.uniform(-1000, 1000)),
      () => naturalLogarithm(random.uniform(1e-9, 1000)),
      () => random.normal(),
    ];
    return Promise.all(
      functions.map((value) => hashOf([new Uint8Array(Float64Array.from({ length: count }, value).buffer)])),
    );
  }

  /** Of the mass frames of many bodies, each of three shapes put together at random. */
  async massFrames(count: number): Promise<string[]> {
    const random = new RandomStream(count);
    const numbers = Array.from({ length: count }, () => {
      const { pose, momentsPerMass } = massFrame(randomShapes(random));
      return [...pose.position, ...pose.rotation, ...momentsPerMass];
    });
    return [await hashOf([new Uint8Array(Float64Array.from(numbers.flat()).buffer)])];
  }
}

/** A box, a capsule and a ball. */
function randomShapes(random: RandomStream): Shape[] {
  const size = () => random.uniform(0.05, 0.5);
  const base = () => {
    const [x, y, z] = [size(), size(), size()];
    const w = Math.sqrt(1 - x * x - y * y - z * z);
    const rotation = [x, y, z, w] as const;
    return {
      position: [size(), -size(), size()],
      rotation,
      friction: 0.6,
      contactOffset: 0.01,
      category: 0,
      collidesWith: 0,
    } as const;
  };
  return [
    { ...base(), kind: 'box', halfExtents: [size(), size(), size()] },
    { ...base(), kind: 'capsule', radius: size(), halfHeight: size() },
    { ...base(), kind: 'sphere', radius: size() },
  ];
}

/** Started by the page itself: fetches the kernel from beside it. */
export async function openPage(): Promise<Page> {
  const answer = await fetch('/simulator.wasm');
  return new Page(await compileKernelModule(await answer.arrayBuffer()));
}
