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
import type { Shape } from '../../../physics/scene.ts';
import { box, shelfHeight } from '../../simulation/hands.ts';
import { rowsOf, type Who } from '../../simulation/who.ts';
import { boxColour, targetColour, walkerColours } from './colours.ts';
import { type Place, positionOf, rotationOf } from './unity-axes.ts';

/** A part of the picture that goes with a row of the poses. */
interface Part {
  readonly mesh: InstancedMesh;
  readonly row: number;
  /** From the body's middle, and turned against it, in three.js's axes. */
  readonly offset: Vector3;
  readonly turn: Quaternion;
}

export class Figures {
  readonly group = new Group();
  readonly #corners: number;
  readonly #who: Who;
  #parts: Part[] = [];
  #places: readonly Place[] = [];
  /** Meshes of bodies, and whose each is. */
  #bodies: readonly { readonly mesh: InstancedMesh; readonly row: number }[] = [];

  /** @param corners times as many as a round body usually has. */
  constructor(corners: number, who: Who) {
    this.#corners = corners;
    this.#who = who;
  }

  /** Makes them anew for so many walkers. @param perPolicy how many of them are of the first policy. */
  populate(places: readonly Place[], perPolicy: number): void {
    for (const { mesh } of this.#parts) {
      mesh.removeFromParent();
      mesh.geometry.dispose();
      mesh.dispose();
    }
    this.#places = places;
    const material = (roughness: number) => new MeshStandardMaterial({ color: '#ffffff', roughness, metalness: 0 });
    const skin = material(0.55);
    const make = (
      geometry: BufferGeometry,
      row: number,
      colours: readonly [string, string],
      [offset, turn] = [new Vector3(), new Quaternion()],
    ) => {
      const mesh = new InstancedMesh(geometry, skin, places.length);
      places.forEach((_, which) => {
        mesh.setColorAt(which, new Color(colours[which < perPolicy ? 0 : 1]));
      });
      mesh.castShadow = true;
      mesh.receiveShadow = true;
      mesh.frustumCulled = false;
      this.group.add(mesh);
      return { mesh, row, offset, turn };
    };
    const ofPart = (part: keyof (typeof walkerColours)[0]) => [walkerColours[0][part], walkerColours[1][part]] as const;
    const { bodies, eyes, target } = this.#who.looks;
    const made = bodies.flatMap(({ part, shapes }, row) =>
      shapes.map((shape) => make(geometryOf(shape, this.#corners), row, ofPart(part), placeOf(shape))),
    );
    const seeing = (eyes?.places ?? []).map(([x, y, z]) => {
      const ball = new SphereGeometry(eyes!.radius, 16, 12);
      return make(ball, eyes!.body, ofPart('eye'), [new Vector3(x, y, -z), new Quaternion()]);
    });
    this.#bodies = made;
    this.#parts = [
      ...made,
      ...seeing,
      make(roundedBox(target), bodies.length, [targetColour, targetColour]),
      make(roundedBox(box.edge), bodies.length + 1, [boxColour, boxColour]),
    ];
  }

  /** @param poses [walkers, rows, 7]. */
  pose(poses: Float32Array): void {
    const rows = rowsOf(this.#who);
    if (poses.length !== this.#places.length * rows * poseSize) return;
    this.#places.forEach((place, which) => {
      for (const { mesh, row, offset, turn } of this.#parts) {
        const at = (which * rows + row) * poseSize;
        positionOf(poses, at, place, position);
        rotationOf(poses, at, rotation);
        position.add(moved.copy(offset).applyQuaternion(rotation));
        rotation.multiply(turn);
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
    const meshes = this.#bodies.map(({ mesh }) => mesh);
    const hits: Intersection[] = ray.intersectObjects(meshes, false);
    const [first] = hits;
    if (first?.instanceId === undefined) return undefined;
    const { row } = this.#bodies.find(({ mesh }) => mesh === first.object)!;
    return { walker: first.instanceId, body: row, point: first.point };
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

/** Where a shape lies in its body, in three.js's axes. */
function placeOf({ position: [x, y, z], rotation: [qx, qy, qz, qw] }: Shape): [Vector3, Quaternion] {
  return [new Vector3(x, y, -z), new Quaternion(-qx, -qy, qz, qw)];
}

function geometryOf(shape: Shape, corners: number): BufferGeometry {
  switch (shape.kind) {
    case 'sphere':
      return new SphereGeometry(shape.radius, 40 * corners, 28 * corners);
    case 'capsule': {
      const length = Math.max(2 * shape.halfHeight, 1e-3);
      // Along its own x.
      return new CapsuleGeometry(shape.radius, length, 10 * corners, 28 * corners).rotateZ(Math.PI / 2);
    }
    case 'box': {
      const [x, y, z] = shape.halfExtents.map((half) => 2 * half) as [number, number, number];
      return Math.min(x, y, z) < 0.02 ? new BoxGeometry(x, y, z) : new RoundedBoxGeometry(x, y, z, 3, 0.012);
    }
    case 'plane':
      throw new Error('a plane is no part of a body');
  }
}
