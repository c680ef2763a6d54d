/** What a pointer does in the picture: drags a body by a spring, places the target, chooses a walker, or turns the camera. */
import { Plane, Quaternion, Vector3 } from 'three';
import { box } from '../simulation/hands.ts';
import type { Vector } from '../simulation/inputs.ts';
import type { Session } from './session.ts';
import type { Stage } from './view/stage.ts';
import { directionToUnity, toUnity } from './view/unity-axes.ts';

/** Pixels that a click may slip. */
const SLIP = 5;
/** m/s of a push and of a thrown box, and how far off the box begins, metres. */
const pushSpeed = 1.5;
const throwSpeed = 9;
const throwFrom = 2.5;

export class Hands {
  readonly #session: Session;
  readonly #stage: Stage;
  /** The plane in which the held point is dragged, and whose it is. */
  #drag: { readonly plane: Plane; readonly walker: number; isMoved: boolean } | undefined;
  #down: { readonly x: number; readonly y: number } | undefined;

  constructor(session: Session, stage: Stage) {
    this.#session = session;
    this.#stage = stage;
    const { canvas } = stage;
    // Before the camera's own: a grabbed body must not turn it.
    canvas.addEventListener('pointerdown', (event) => this.#grab(event), { capture: true });
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    for (const ends of ['pointerup', 'pointercancel'] as const)
      canvas.addEventListener(ends, (event) => this.#end(event));
  }

  /** The whole watched walker, away from the camera. */
  push(): void {
    const away = this.#stage.camera.getWorldDirection(new Vector3());
    const [x, , z] = directionToUnity(away);
    const length = Math.max(1e-6, Math.hypot(x, z));
    this.#session.do({
      kind: 'push',
      walker: this.#session.watched,
      x: (pushSpeed * x) / length,
      z: (pushSpeed * z) / length,
    });
  }

  /** A box from the camera's side to the watched walker's chest. */
  throwBox(): void {
    const { watched } = this.#session;
    const chest = this.#stage.placeOf(watched, this.#session.who.chest);
    const from = this.#stage.camera.position.clone().sub(chest);
    from.setLength(Math.min(throwFrom, from.length()));
    const start = chest.clone().add(from);
    start.y = Math.max(start.y, this.#session.who.looks.target + box.edge);
    const velocity = chest.sub(start).setLength(throwSpeed);
    // It falls on the way.
    velocity.y += (0.5 * this.#session.settings.gravity * throwFrom) / throwSpeed;
    const place = this.#stage.places[watched]!;
    this.#session.do({
      kind: 'throw',
      walker: watched,
      from: toUnity(start, place),
      velocity: directionToUnity(velocity),
    });
  }

  letGo(): void {
    if (!this.#drag) return;
    this.#drag = undefined;
    this.#stage.controls.enabled = true;
    this.#session.do({ kind: 'release' });
  }

  #grab(event: PointerEvent): void {
    if (event.button !== 0 || !event.isPrimary) return;
    this.#down = { x: event.clientX, y: event.clientY };
    const { canvas, camera, places, figures, controls } = this.#stage;
    const hit = figures.hitBy(this.#stage.rayThrough(event.offsetX, event.offsetY));
    if (!hit) return;
    controls.enabled = false;
    canvas.setPointerCapture(event.pointerId);
    const normal = camera.getWorldDirection(new Vector3()).negate();
    this.#drag = {
      plane: new Plane().setFromNormalAndCoplanarPoint(normal, hit.point),
      walker: hit.walker,
      isMoved: false,
    };
    const at = hit.point.clone().sub(this.#stage.placeOf(hit.walker, hit.body));
    const turn = this.#stage.rotationOf(hit.walker, hit.body, new Quaternion()).invert();
    const local = directionToUnity(at.applyQuaternion(turn));
    this.#session.do({
      kind: 'grab',
      walker: hit.walker,
      body: hit.body,
      at: local,
      to: toUnity(hit.point, places[hit.walker]!),
    });
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag) {
      if (event.pointerType === 'mouse' && event.buttons === 0) this.#showCursor(event);
      return;
    }
    if (this.#slipped(event)) drag.isMoved = true;
    const point = this.#stage.rayThrough(event.offsetX, event.offsetY).ray.intersectPlane(drag.plane, new Vector3());
    if (!point) return;
    const to: Vector = toUnity(point, this.#stage.places[drag.walker]!);
    this.#session.do({ kind: 'drag', to });
  }

  #end(event: PointerEvent): void {
    const down = this.#down;
    const drag = this.#drag;
    this.#down = undefined;
    if (drag) {
      this.letGo();
      if (!drag.isMoved) this.#session.watch(drag.walker);
      return;
    }
    if (!down || event.type === 'pointercancel' || Math.hypot(event.clientX - down.x, event.clientY - down.y) > SLIP)
      return;
    const ground = this.#stage.groundAt(this.#stage.rayThrough(event.offsetX, event.offsetY));
    if (!ground) return;
    const [x, , z] = toUnity(ground, this.#stage.places[this.#session.watched]!);
    this.#session.do({ kind: 'target', x, z });
  }

  #slipped(event: PointerEvent): boolean {
    return this.#down !== undefined && Math.hypot(event.clientX - this.#down.x, event.clientY - this.#down.y) > SLIP;
  }

  #showCursor(event: PointerEvent): void {
    const hit = this.#stage.figures.hitBy(this.#stage.rayThrough(event.offsetX, event.offsetY));
    this.#stage.canvas.style.cursor = hit ? 'grab' : 'default';
  }
}
