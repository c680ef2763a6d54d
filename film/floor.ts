/** The floor that a walker walks on: metre lines, by which one sees it move, and an arrow towards the target. */
import { type Colour, mixed, type Place } from './points.ts';

const SKY = { top: [0.84, 0.89, 0.95], bottom: [0.97, 0.98, 0.99] } as const;
const FLOOR: Colour = [0.86, 0.885, 0.91];
const LINE: Colour = [0.66, 0.71, 0.77];
/** Also that of the target itself. */
export const TARGET: Colour = [0.38, 0.7, 0.38];
/** Half the width of a metre line, metres. */
const LINE_WIDTH = 0.014;
/** Metres from the walker: the shaft begins, the head begins, the tip; and half their widths. */
const ARROW = { from: 0.55, head: 0.95, tip: 1.25, shaft: 0.05, wing: 0.17 };
/** The floor is lost in the light from here to here, metres from the walker. */
const FADE = { from: 1.5, to: 6.5 };

/** Behind everything. @param height of the direction one looks in, 0 on the horizon, 1 straight up. */
export function skyColour(height: number): Colour {
  return mixed(SKY.bottom, SKY.top, within(height * 5));
}

/** What lies there on the floor. @param goal towards the target, of length one. */
export function floorColour(place: Place, walker: Place, goal: Place): Colour {
  const x = place[0] - walker[0];
  const z = place[1] - walker[1];
  if (isOnArrow(x * goal[0] + z * goal[1], Math.abs(x * goal[1] - z * goal[0]))) return TARGET;
  return isOnLine(place[0]) || isOnLine(place[1]) ? LINE : FLOOR;
}

/** How much of the floor is lost in the light, 0 to 1, at a distance from the walker in metres. */
export function lostAt(distance: number): number {
  const share = within((distance - FADE.from) / (FADE.to - FADE.from));
  return share * share * (3 - 2 * share);
}

/** @param along from the walker towards the target, metres. @param beside to either side of that, metres. */
function isOnArrow(along: number, beside: number): boolean {
  if (along < ARROW.from || along > ARROW.tip) return false;
  if (along < ARROW.head) return beside < ARROW.shaft;
  return beside < (ARROW.wing * (ARROW.tip - along)) / (ARROW.tip - ARROW.head);
}

function isOnLine(metres: number): boolean {
  return Math.abs(metres - Math.round(metres)) < LINE_WIDTH;
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}
