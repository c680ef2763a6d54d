/**
 * Whose turn it is to decide. With one turn all agents decide together. With more of them, some agents wait for what is
 * decided for them while others move, as in a Unity scene whose agents have different Decision Steps: then neither the
 * trainer nor the walkers stand idle for long.
 */

/** The turn of an agent, from 0. */
export type TurnOf = (agent: number) => number;

/** Agents that follow one another are decided for as one batch in Gaitsmith's training, and so stay in one turn. */
const TOGETHER = 8;

/** Deals the turns out in small blocks, so that every thread has agents of each turn. */
export function dealTurns(agents: number, turns: number): TurnOf {
  const block = agents >= TOGETHER * turns ? TOGETHER : 1;
  return (agent) => Math.floor(agent / block) % turns;
}
