/** The walkers, their targets and boxes as meshes: one instanced mesh for each body of the rig, an instance for each walker. */
import {
  BoxGeometry,
  type BufferGeometry,
  CapsuleGeometry,
  Color,
  Group,
  InstancedMesh,
  type Intersection,
  Matrix4,
  MeshStandardMaterial,
  Quaternion,
  type Raycaster,
  SphereGeometry,
  Vector3,
} from 'three';
import { RoundedBoxGeometry } from 'three/addons/geometries/RoundedBoxGeometry.js';
import { poseSize } from '../../../envs/walker/body-view.ts';
import { type Collider, walkerRig } from '../../../envs/walker/rig.ts';
import { target } from '../../../envs/walker/world.ts';
import { box, shelfHeight } from '../../simulation/hands.ts';
import { posesPerWalker } from '../../simulation/simulation.ts';
import { boxColour, partOf, targetColour, walkerColours } from './colours.ts';
import { type Place, positionOf, rotationOf } from './unity-axes.ts';

/** Where the walker looks is told by its eyes, which are on no collider: in the head's coordinates, metres. */
const eyes = [-0.08, 0.08].map((x) => new Vector3(x, 0.05, -0.196));

/** A part of the picture that goes with a row of the poses. */
interface Part {
  readonly mesh: InstancedMesh;
  readonly row: number;
  /** From the body's middle, in three.js's axes. */
  readonly offset: Vector3;
}

export class Figures {
  readonly group = new Group();
  readonly #corners: number;
  #parts: Part[] = [];
  #places: readonly Place[] = [];
  #bodies: InstancedMesh[] = [];

  /** @param corners times as many as a round body usually has. */
  constructor(corners: number) {
    this.#corners = corners;
  }

  /** Makes them anew for so many walkers. @param perPolicy how many of them are of the first policy. */
  populate(places: readonly Place[], perPolicy: number): void {
    for (const { mesh } of this.#parts) {
      mesh.removeFromParent();
      mesh.geometry.dispose();
      mesh.dispose();
    }
    this.#places = places;
    const head = walkerRig.bodies.findIndex(({ name }) => name === 'head');
    const material = (roughness: number) => new MeshStandardMaterial({ color: '#ffffff', roughness, metalness: 0 });
    const skin = material(0.55);
    const make = (
      geometry: BufferGeometry,
      row: number,
      colours: readonly [string, string],
      offset = new Vector3(),
    ) => {
      const mesh = new InstancedMesh(geometry, skin, places.length);
      places.forEach((_, which) => {
        mesh.setColorAt(which, new Color(colours[which < perPolicy ? 0 : 1]));
      });
      mesh.castShadow = true;
      mesh.receiveShadow = true;
      mesh.frustumCulled = false;
      this.group.add(mesh);
      return { mesh, row, offset };
    };
    const ofPart = (part: keyof (typeof walkerColours)[0]) => [walkerColours[0][part], walkerColours[1][part]] as const;
    const bodies = walkerRig.bodies.map(({ name, collider }, row) =>
      make(geometryOf(collider, this.#corners), row, ofPart(partOf(name)), middleOf(collider)),
    );
    this.#bodies = bodies.map(({ mesh }) => mesh);
    this.#parts = [
      ...bodies,
      ...eyes.map((eye) => make(new SphereGeometry(0.034, 16, 12), head, ofPart('eye'), eye)),
      make(roundedBox(target.edge), walkerRig.bodies.length, [targetColour, targetColour]),
      make(roundedBox(box.edge), posesPerWalker - 1, [boxColour, boxColour]),
    ];
  }

  /** @param poses [walkers, rows, 7]. */
  pose(poses: Float32Array): void {
    if (poses.length !== this.#places.length * posesPerWalker * poseSize) return;
    this.#places.forEach((place, which) => {
      for (const { mesh, row, offset } of this.#parts) {
        const at = (which * posesPerWalker + row) * poseSize;
        positionOf(poses, at, place, position);
        rotationOf(poses, at, rotation);
        position.add(moved.copy(offset).applyQuaternion(rotation));
        const isSeen = position.y < shelfHeight;
        matrix.compose(position, rotation, isSeen ? full : none);
        mesh.setMatrixAt(which, matrix);
      }
    });
    for (const { mesh } of this.#parts) {
      mesh.instanceMatrix.needsUpdate = true;
      mesh.boundingSphere = null;
    }
  }

  /** The body that a ray hits first. */
  hitBy(ray: Raycaster): { readonly walker: number; readonly body: number; readonly point: Vector3 } | undefined {
    const hits: Intersection[] = ray.intersectObjects(this.#bodies, false);
    const [first] = hits;
    if (first?.instanceId === undefined) return undefined;
    return { walker: first.instanceId, body: this.#bodies.indexOf(first.object as InstancedMesh), point: first.point };
  }
}

/** To be written over. */
const position = new Vector3();
const moved = new Vector3();
const rotation = new Quaternion();
const matrix = new Matrix4();
const full = new Vector3(1, 1, 1);
const none = new Vector3(0, 0, 0);

function roundedBox(edge: number): BufferGeometry {
  return new RoundedBoxGeometry(edge, edge, edge, 3, edge / 12);
}

function middleOf(collider: Collider): Vector3 {
  if (collider.shape !== 'box') return new Vector3();
  const [x, y, z] = collider.center;
  return new Vector3(x, y, -z);
}

function geometryOf(collider: Collider, corners: number): BufferGeometry {
  switch (collider.shape) {
    case 'sphere':
      return new SphereGeometry(collider.radius, 40 * corners, 28 * corners);
    case 'capsule': {
      const { radius, height, along } = collider;
      const capsule = new CapsuleGeometry(radius, Math.max(height - 2 * radius, 1e-3), 10 * corners, 28 * corners);
      if (along === 'x') capsule.rotateZ(Math.PI / 2);
      if (along === 'z') capsule.rotateX(Math.PI / 2);
      return capsule;
    }
    case 'box': {
      const [x, y, z] = collider.size;
      return Math.min(x, y, z) < 0.02 ? new BoxGeometry(x, y, z) : new RoundedBoxGeometry(x, y, z, 3, 0.012);
    }
  }
}
