/** The picture: renderer, lights, floor, walkers, camera. */
import {
  ACESFilmicToneMapping,
  BasicShadowMap,
  BufferGeometry,
  Color,
  DirectionalLight,
  HemisphereLight,
  Line,
  LineBasicMaterial,
  MathUtils,
  Mesh,
  MeshBasicMaterial,
  PCFShadowMap,
  PerspectiveCamera,
  Plane,
  type Quaternion,
  Raycaster,
  RingGeometry,
  Scene,
  SphereGeometry,
  Vector2,
  Vector3,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { poseSize } from '../../../envs/walker/body-view.ts';
import type { Vector } from '../../simulation/inputs.ts';
import { rowsOf, type Who } from '../../simulation/who.ts';
import { springColour, targetColour, themes } from './colours.ts';
import { Figures } from './figures.ts';
import { Floor } from './floor.ts';
import { Interpolation } from './interpolation.ts';
import { type Quality, QualityKeeper } from './quality.ts';
import { fromUnity, type Place, placesOf, positionOf, rotationOf } from './unity-axes.ts';

/** Where the camera looks at a Walker, metres above the ground's zero; somebody else is looked at where it is. */
const lookAt = 0.85;
/** Seconds in which the camera comes half of the way to where the walker is: it should not nod with every step. */
const calm = 0.12;
/** Milliseconds after the last frame in which the picture and the camera may still be on their way. */
const settling = 1500;

export class Stage {
  readonly canvas: HTMLCanvasElement;
  readonly camera = new PerspectiveCamera(32, 1, 0.05, 120);
  readonly figures: Figures;
  /** Whether the camera goes along with the watched walker. */
  isFollowing = true;
  watched = 0;
  places: readonly Place[] = [];
  readonly controls: OrbitControls;
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #floor: Floor;
  readonly #who: Who;
  readonly #rows: number;
  readonly #sun = new DirectionalLight('#fff6e8', 2.6);
  readonly #fill = new HemisphereLight('#dfeaff', '#8a8378', 1.2);
  readonly #interpolation = new Interpolation();
  readonly #spring = new Line(new BufferGeometry(), new LineBasicMaterial({ color: springColour }));
  readonly #handle = new Mesh(new SphereGeometry(0.03, 16, 12), new MeshBasicMaterial({ color: springColour }));
  readonly #ring = new Mesh(
    new RingGeometry(0.26, 0.31, 48).rotateX(-Math.PI / 2),
    new MeshBasicMaterial({ color: targetColour, transparent: true, opacity: 0.9 }),
  );
  readonly #ray = new Raycaster();
  readonly #keeper: QualityKeeper;
  #size = { width: 300, height: 150 };
  #policies = 1;
  /** Whether there is something new to be drawn, and until when things may still be on their way, milliseconds. */
  #isNew = true;
  #movesUntil = 0;
  #reach = 5;
  #last = 0;

  /**
   * @param quality level of it (quality.ts); left out: as well as the machine can.
   * @throws Error where the browser has no WebGL.
   */
  constructor(canvas: HTMLCanvasElement, who: Who, quality?: number) {
    this.canvas = canvas;
    this.#who = who;
    this.#rows = rowsOf(who);
    this.#floor = new Floor(who.settings, who.looks.size);
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: 'high-performance' });
    this.#renderer.shadowMap.enabled = true;
    this.#renderer.toneMapping = ACESFilmicToneMapping;
    const gl = this.#renderer.getContext();
    const told = gl.getExtension('WEBGL_debug_renderer_info');
    this.#keeper = new QualityKeeper(String(gl.getParameter(told?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER)), quality);
    const { isSoft } = this.#keeper.quality;
    this.#renderer.shadowMap.type = isSoft ? PCFShadowMap : BasicShadowMap;
    this.figures = new Figures(isSoft ? 1 : 0.5, who);
    const { shadow } = this.#sun;
    shadow.bias = -0.0004;
    shadow.normalBias = 0.02;
    shadow.radius = 5;
    this.#sun.castShadow = true;
    this.#spring.visible = this.#handle.visible = false;
    this.#spring.frustumCulled = false;
    this.#scene.add(this.#floor.group, this.#sun, this.#sun.target, this.#fill, this.figures.group);
    this.#scene.add(this.#spring, this.#handle, this.#ring);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enableDamping = true;
    this.controls.dampingFactor = 0.12;
    this.controls.maxPolarAngle = Math.PI * 0.495;
    this.controls.minDistance = 1;
    this.controls.maxDistance = 40 * who.looks.size;
    this.controls.target.set(0, lookAt, 0);
    this.camera.position.set(-3.2, 2.1, 4.6).multiplyScalar(who.looks.size);
  }

  wear(name: 'light' | 'dark'): void {
    const theme = themes[name];
    this.#scene.background = new Color(theme.sky);
    this.#sun.intensity = theme.sun;
    this.#fill.intensity = theme.skyLight;
    this.#floor.wear(theme);
    this.#isNew = true;
  }

  populate(policies: number, walkers: number): void {
    const { size } = this.#who.looks;
    this.places = placesOf(policies, walkers, size);
    this.#policies = policies;
    this.#isNew = true;
    this.figures.populate(this.places, walkers);
    this.watched = Math.min(this.watched, this.places.length - 1);
    this.#reach = (policies * walkers > 2 ? 8 : 4) * size;
    this.#floor.reachOfShadow = this.#reach;
    const { camera } = this.#sun.shadow;
    [camera.left, camera.right, camera.top, camera.bottom] = [-this.#reach, this.#reach, this.#reach, -this.#reach];
    [camera.near, camera.far] = [1, 40 * size];
    camera.updateProjectionMatrix();
  }

  /** As far away as shows everybody. */
  standBack(): void {
    const count = this.places.length;
    const distance = (count === 1 ? 6 : count <= 4 ? 9.5 : 17) * this.#who.looks.size;
    const from = this.camera.position.clone().sub(this.controls.target).setLength(distance);
    this.camera.position.copy(this.controls.target).add(from);
  }

  /** As finely as said, or as the machine can. */
  paintBy({ ratio, shadow }: Quality = this.#keeper.quality): void {
    // Setting the size empties the picture.
    this.#isNew = true;
    const { width, height } = this.#size;
    this.#renderer.setPixelRatio(Math.min(ratio, devicePixelRatio));
    this.#renderer.setSize(width, height, false);
    const { mapSize, map } = this.#sun.shadow;
    if (mapSize.x === shadow) return;
    mapSize.set(shadow, shadow);
    map?.dispose();
    this.#sun.shadow.map = null;
  }

  /** @param covered pixels that panels cover: what is looked at stands in the middle of the rest. */
  resize(width: number, height: number, { right = 0, above = 0, below = 0 } = {}): void {
    this.#size = { width, height };
    this.#isNew = true;
    this.paintBy();
    this.camera.aspect = width / Math.max(1, height);
    // A tall picture is seen from as far as a square one.
    this.camera.fov = this.camera.aspect < 1 ? 32 / Math.max(0.62, this.camera.aspect) : 32;
    // Of a picture that is cut to less than half, more is seen.
    const cut = Math.max(1, (0.5 * height) / Math.max(1, height - above - below));
    this.camera.fov = 2 * MathUtils.radToDeg(Math.atan(cut * Math.tan(MathUtils.degToRad(this.camera.fov / 2))));
    this.camera.setViewOffset(width, height, right / 2, (below - above) / 2, width, height);
    this.camera.updateProjectionMatrix();
  }

  add(poses: Float32Array, time: number): void {
    this.#movesUntil = time + settling;
    this.#interpolation.add(poses, time);
  }

  /** Draws what is to be seen at a time, milliseconds. @returns whether that was anything new. */
  draw(time: number): boolean {
    if (this.#keeper.count(time)) this.paintBy();
    // In a pause nothing moves, and a picture that is there is not drawn again.
    const moves = time < this.#movesUntil;
    if (!this.controls.update() && !this.#isNew && !moves) return false;
    this.#isNew = false;
    const seconds = Math.min(0.1, (time - this.#last) / 1000);
    this.#last = time;
    if (!this.#interpolation.isEmpty) {
      const poses = this.#interpolation.at(time);
      this.figures.pose(poses);
      this.#go(poses, seconds);
    }
    this.#renderer.render(this.#scene, this.camera);
    return true;
  }

  /** Where a walker's body is in the picture. */
  placeOf(walker: number, body: number, into = new Vector3()): Vector3 {
    if (this.#interpolation.isEmpty) return into.set(0, lookAt, 0);
    const poses = this.#interpolation.at(this.#last);
    return positionOf(poses, (walker * this.#rows + body) * poseSize, this.places[walker]!, into);
  }

  rotationOf(walker: number, body: number, into: Quaternion): Quaternion {
    if (this.#interpolation.isEmpty) return into.identity();
    const poses = this.#interpolation.at(this.#last);
    return rotationOf(poses, (walker * this.#rows + body) * poseSize, into);
  }

  /** The ray through a place of the canvas, in pixels from its corner. */
  rayThrough(x: number, y: number): Raycaster {
    const { clientWidth, clientHeight } = this.canvas;
    this.#ray.setFromCamera(new Vector2((2 * x) / clientWidth - 1, 1 - (2 * y) / clientHeight), this.camera);
    return this.#ray;
  }

  /** Where a ray meets the ground. */
  groundAt(ray: Raycaster): Vector3 | undefined {
    return (
      ray.ray.intersectPlane(new Plane(new Vector3(0, 1, 0), -this.#who.settings.groundHeight), new Vector3()) ??
      undefined
    );
  }

  /** Draws the spring; without one it is gone. */
  showSpring(spring: { readonly walker: number; readonly from: Vector; readonly to: Vector } | undefined): void {
    const place = spring && this.places[spring.walker];
    this.#isNew ||= this.#spring.visible !== (place !== undefined);
    this.#spring.visible = this.#handle.visible = place !== undefined;
    if (!spring || !place) return;
    const ends = [spring.from, spring.to].map((end) => fromUnity(end, place, new Vector3()));
    this.#spring.geometry.setFromPoints(ends);
    this.#handle.position.copy(ends[1]!);
  }

  #go(poses: Float32Array, seconds: number): void {
    const place = this.places[this.watched]!;
    const first = this.watched * this.#rows * poseSize;
    positionOf(poses, first, place, hips);
    positionOf(poses, first + (this.#rows - 2) * poseSize, place, hereTarget);
    this.#ring.position.set(hereTarget.x, this.#who.settings.groundHeight + 0.006, hereTarget.z);
    const { target } = this.controls;
    if (this.isFollowing) {
      // Of two side by side one looks at the middle between them.
      if (this.#policies === 2) {
        const count = this.places.length;
        const twin = (this.watched + count / 2) % count;
        positionOf(poses, twin * this.#rows * poseSize, this.places[twin]!, moved);
        hips.lerp(moved, 0.5);
      }
      if (this.#who.isWalker) hips.y = lookAt;
      const share = hips.distanceTo(target) > 4 * this.#who.looks.size ? 1 : 1 - 0.5 ** (seconds / calm);
      moved.copy(hips).sub(target).multiplyScalar(share);
      target.add(moved);
      this.camera.position.add(moved);
    }
    this.#floor.follow(target.x, target.z, place);
    const { size } = this.#who.looks;
    this.#sun.position.set(target.x - 4 * size, 11 * size, target.z + 5 * size);
    this.#sun.target.position.set(target.x, 0, target.z);
  }
}

const hips = new Vector3();
const hereTarget = new Vector3();
const moved = new Vector3();
