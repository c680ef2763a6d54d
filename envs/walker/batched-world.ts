/**
 * Walkers in the batched simulator of physics/: each is in a lane, four of which share a vector.
 *
 * What a walker does never depends on its lane or its neighbours, but on how its simulator solves. So where an episode is to be solved
 * otherwise, or on other ground (place.ts), its walker moves into a lane of a simulator that does; walkers that are solved alike share vectors.
 * Lanes that nobody lives in hang still, far from anything and without gravity.
 */
import type { DialectName } from '../../physics/dialects.ts';
import { massFrame } from '../../physics/mass-frame.ts';
import { lanesPerGroup, Simulator } from '../../physics/simulator.ts';
import { terrainOf } from '../terrain.ts';
import type { BodyView } from './body-view.ts';
import type { Dialect } from './dialects.ts';
import { LaneWorld } from './lane-world.ts';
import type { PhysicsSettings } from './physics-settings.ts';
import type { PlaceValues } from './place.ts';
import type { Rig, Vector } from './rig.ts';
import { type Ragdoll, ragdollOf, type SceneParts } from './scene-of-rig.ts';
import { dialectWith } from './solver-parameters.ts';
import type { World, WorldStart, Worlds } from './world.ts';

export class BatchedWorlds implements Worlds<WalkerWorld> {
  readonly name: DialectName;
  readonly each: readonly WalkerWorld[];
  readonly #make: (place: PlaceValues, lanes: number) => House;
  /** The first is the usual one, which has a lane for every walker; others are there while somebody lives in them. */
  readonly #houses: House[];

  /**
   * @param module the simulator's kernel, from `loadKernel` or `compileKernelModule` of physics/.
   * @param parts of the scene, where it is not the usual one.
   */
  constructor(
    module: WebAssembly.Module,
    rig: Rig | Ragdoll,
    count: number,
    dialect: Dialect,
    settings: PhysicsSettings,
    parts: SceneParts = {},
  ) {
    this.name = dialect.name;
    const ragdoll = 'sceneIn' in rig ? rig : ragdollOf(rig);
    this.#make = (place, lanes) => new House(module, ragdoll, lanes, dialect, settings, place, parts);
    const usual = this.#make({}, count);
    this.#houses = [usual];
    const move = (walker: WalkerWorld, place: PlaceValues) => this.#move(walker, place);
    this.each = Array.from({ length: count }, (_, index) => new WalkerWorld(index, usual, move));
  }

  /** The simulator of those who are solved as usual. */
  get simulator(): Simulator {
    return this.#houses[0]!.simulator;
  }

  /** How many there are in all. */
  get simulators(): number {
    return this.#houses.length;
  }

  simulate(isOver: Uint8Array): void {
    for (const house of this.#houses) house.simulate(isOver);
  }

  close(): void {}

  /** Moves a walker to where it is solved in another way, or on other ground. */
  #move(walker: WalkerWorld, place: PlaceValues): void {
    const key = keyOf(place);
    const left = walker.house;
    left.leave(walker);
    if (left.isEmpty && left !== this.#houses[0]) this.#houses.splice(this.#houses.indexOf(left), 1);
    let house = this.#houses.find((house) => house.key === key && house.hasRoom);
    if (!house) {
      house = this.#make(place, lanesPerGroup);
      this.#houses.push(house);
    }
    house.enter(walker);
  }
}

/** What two walkers who are solved alike, on the same ground, have in common. */
function keyOf(place: PlaceValues): string {
  return JSON.stringify(place);
}

/** A simulator, and who lives in its lanes. */
class House {
  readonly key: string;
  readonly simulator: Simulator;
  readonly #lanes: readonly LaneWorld[];
  readonly #residents: (WalkerWorld | undefined)[];

  constructor(
    module: WebAssembly.Module,
    ragdoll: Ragdoll,
    lanes: number,
    usual: Dialect,
    settings: PhysicsSettings,
    place: PlaceValues,
    parts: SceneParts,
  ) {
    this.key = keyOf(place);
    const { step, positionIterations, velocityIterations, maxAngularVelocity, maxDepenetrationVelocity } = settings;
    const own = {
      timeStep: step,
      positionIterations,
      velocityIterations,
      maxSpin: maxAngularVelocity,
      maxDepenetration: maxDepenetrationVelocity,
    };
    const dialect = dialectWith({ ...usual, solver: { ...usual.solver, ...own } }, place);
    const { slabs } = terrainOf(place, settings.groundEdge);
    const scene = ragdoll.sceneIn(dialect, settings, { ...parts, slabs });
    this.simulator = new Simulator(module, scene, { lanes, where: ragdoll.name, settings: dialect.solver });
    const frames = scene.bodies.map(({ shapes }) => massFrame(shapes).pose);
    this.#lanes = Array.from(
      { length: this.simulator.lanes },
      (_, lane) => new LaneWorld(this.simulator, lane, ragdoll, settings, frames),
    );
    for (const lane of this.#lanes) lane.hang();
    this.#residents = Array.from({ length: this.simulator.lanes });
  }

  get hasRoom(): boolean {
    return this.#residents.includes(undefined);
  }

  get isEmpty(): boolean {
    return this.#residents.every((resident) => resident === undefined);
  }

  enter(walker: WalkerWorld): void {
    const lane = this.#residents.indexOf(undefined);
    this.#residents[lane] = walker;
    walker.live(this, this.#lanes[lane]!);
  }

  leave(walker: WalkerWorld): void {
    const lane = this.#residents.indexOf(walker);
    this.#residents[lane] = undefined;
    this.#lanes[lane]!.hang();
  }

  /** One physics step of every group in which somebody's episode goes on. */
  simulate(isOver: Uint8Array): void {
    const { groups } = this.simulator;
    for (let group = 0; group < groups; group++) {
      const first = group * lanesPerGroup;
      let goesOn = false;
      for (let lane = first; lane < first + lanesPerGroup; lane++) {
        const resident = this.#residents[lane];
        if (resident && !isOver[resident.index]) goesOn = true;
      }
      if (goesOn) this.simulator.step(group, 1);
    }
  }
}

/** A walker's world, in whichever lane it is. */
export class WalkerWorld implements World {
  /** Of the walker among those of its worlds. */
  readonly index: number;
  readonly #move: (walker: WalkerWorld, place: PlaceValues) => void;
  #house!: House;
  #lane!: LaneWorld;

  constructor(index: number, house: House, move: (walker: WalkerWorld, place: PlaceValues) => void) {
    this.index = index;
    this.#move = move;
    house.enter(this);
  }

  get house(): House {
    return this.#house;
  }

  /** Where it lives now: until its next episode starts. */
  get lane(): LaneWorld {
    return this.#lane;
  }

  live(house: House, lane: LaneWorld): void {
    this.#house = house;
    this.#lane = lane;
  }

  get bodies(): BodyView {
    return this.#lane.bodies;
  }

  start(start: WorldStart): void {
    this.#be(start.place);
    this.#lane.start(start);
  }

  setMotorTarget(motor: number, rotations: Float32Array, at: number): void {
    this.#lane.setMotorTarget(motor, rotations, at);
  }

  setMotorStrength(motor: number, strength: number): void {
    this.#lane.setMotorStrength(motor, strength);
  }

  push(x: number, z: number): void {
    this.#lane.push(x, z);
  }

  moveTarget(position: Vector): void {
    this.#lane.moveTarget(position);
  }

  targetTouched(): boolean {
    return this.#lane.targetTouched();
  }

  groundMayHaveChanged(): boolean {
    return this.#lane.groundMayHaveChanged();
  }

  simulate(): void {
    this.#lane.simulate();
  }

  readForReward(): void {
    this.#lane.readForReward();
  }

  read(): void {
    this.#lane.read();
  }

  save(): Uint8Array {
    return this.#lane.save();
  }

  restore(state: Uint8Array, place?: PlaceValues): void {
    this.#be(place);
    this.#lane.restore(state);
  }

  #be(place: PlaceValues = {}): void {
    if (keyOf(place) !== this.#house.key) this.#move(this, place);
  }
}
