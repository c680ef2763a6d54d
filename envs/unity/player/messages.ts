/**
 * What a player says, and what it makes of the answers: the same messages as Unity's package 3.0.0, in the same order.
 */
import { UserError } from '../../../base/failure/user-error.ts';
import type { BehaviorSpec } from '../../env.ts';
import {
  ALL_CAPABILITIES,
  COMMUNICATION_VERSION,
  type Sent,
  STATUS,
  type UnityMessageProto,
  type UnityRLInitializationInputProto,
  type UnityRLInputProto,
} from '../protocol/messages.ts';
import type { AgentNumbers } from './agent-numbers.ts';

/** The version of com.unity.ml-agents that behaves like this. */
const PACKAGE_VERSION = '3.0.0';

const header = { status: STATUS.ok };

/** The first message: who is there. */
export const introduction: Sent<UnityMessageProto> = {
  header,
  unity_output: {
    rl_initialization_output: {
      name: 'AcademySingleton',
      communication_version: COMMUNICATION_VERSION,
      package_version: PACKAGE_VERSION,
      capabilities: ALL_CAPABILITIES,
    },
  },
};

/** The second: it asks for nothing but the first instructions. */
export const readiness: Sent<UnityMessageProto> = { header };

/** The last, where it is this side that ends the session. */
export const goodbye: Sent<UnityMessageProto> = { header: { status: STATUS.end } };

/** The behaviour's name on the wire. */
export function behaviorKey({ name }: BehaviorSpec): string {
  return `${name}?team=0`;
}

/**
 * What the trainer says of itself in its first reply.
 *
 * @throws UserError where Unity would give up: without it, or without capabilities in it.
 */
export function readIntroduction(reply: UnityMessageProto): UnityRLInitializationInputProto {
  const introduced = reply.unity_input?.rl_initialization_input;
  if (!introduced) throw breach(reply, 'the first reply has no rl_initialization_input');
  if (!introduced.capabilities) throw breach(reply, 'the first reply has no capabilities');
  return introduced;
}

/**
 * What the trainer wants, in its second reply and all that follow.
 *
 * @throws UserError where a reply that is no end has nothing to say: Unity would mix up its agents' actions from then on.
 */
export function readInstructions(reply: UnityMessageProto): UnityRLInputProto {
  const instructions = reply.unity_input?.rl_input;
  if (!instructions) throw breach(reply, 'a reply has no rl_input');
  return instructions;
}

/**
 * Puts the actions where the agents take them from; one that gets none does nothing: zeros.
 *
 * @param deciding the agents that asked, in their order: it is all that tells whose action is whose.
 * @throws UserError where Unity would throw: another behaviour's actions, too few of them, or of another size.
 */
export function takeActions(
  agentActions: UnityRLInputProto['agent_actions'],
  deciding: readonly number[],
  behavior: BehaviorSpec,
  { actions }: AgentNumbers,
): void {
  const key = behaviorKey(behavior);
  for (const name of Object.keys(agentActions)) {
    if (name !== key) throw wrongActions('actions for a behaviour that is not here', name, key);
  }
  const { actionSize } = behavior;
  const given = agentActions[key]?.value ?? [];
  if (given.length > 0 && given.length < deciding.length) {
    throw wrongActions('fewer actions than agents asked', given.length, `${deciding.length}`);
  }
  deciding.forEach((agent, index) => {
    const action = given[index]?.continuous_actions;
    if (!action) {
      actions.fill(0, agent * actionSize, (agent + 1) * actionSize);
      return;
    }
    if (action.length !== actionSize) {
      throw wrongActions('an action of another size', action.length, `${actionSize} continuous_actions`);
    }
    for (let at = 0; at < actionSize; at++) {
      if (!Number.isFinite(action[at])) throw wrongActions('an action is no number', action[at], 'a finite number');
      actions[agent * actionSize + at] = action[at]!;
    }
  });
}

/** A reply that lacks what Unity can't do without: the trainer wants no session, or breaks the protocol. */
function breach({ header: told, unity_input }: UnityMessageProto, what: string): UserError {
  const mend = "look at the trainer's own messages";
  if (told?.status === STATUS.ok && unity_input) return new UserError({ what: `${BROKEN}: ${what}`, mend });
  const value = told?.message || `status ${told?.status ?? 0}`;
  const expected = `a trainer that speaks ${COMMUNICATION_VERSION} of the protocol, or an older 1.x`;
  return new UserError({ what: 'the trainer refused this session', value, expected, mend });
}

const BROKEN = 'the trainer breaks the protocol';

function wrongActions(what: string, value: unknown, expected: string): UserError {
  return new UserError({ what: `${BROKEN}: ${what}`, where: 'agent_actions', value, expected });
}
