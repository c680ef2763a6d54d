/** The first words of a session: who is there, and whether both speak the same protocol. */
import { UserError } from '../../../base/failure/user-error.ts';
import {
  ALL_CAPABILITIES,
  COMMAND,
  COMMUNICATION_VERSION,
  type Sent,
  STATUS,
  type UnityMessageProto,
  type UnityRLInitializationOutputProto,
} from '../protocol/messages.ts';
import { encodeSideChannels, type SideChannelMessage } from '../protocol/side-channels.ts';

/** What some versions of com.unity.ml-agents look at: that of ML-Agents' own trainer, whose place we take. */
const PACKAGE_VERSION = '1.1.0';

/**
 * The reply to the first message. Unity gives the seed to its random numbers, and makes so many copies of a training area
 * that can be copied.
 */
export function introduction(seed: number, areas: number): Sent<UnityMessageProto> {
  return {
    header: { status: STATUS.ok },
    unity_input: {
      rl_initialization_input: {
        seed,
        communication_version: COMMUNICATION_VERSION,
        package_version: PACKAGE_VERSION,
        capabilities: ALL_CAPABILITIES,
        num_areas: areas,
      },
    },
  };
}

/** The reply to the second one, which Unity takes to heart before any agent begins. */
export function instructions(messages: readonly SideChannelMessage[]): Sent<UnityMessageProto> {
  return {
    header: { status: STATUS.ok },
    unity_input: { rl_input: { command: COMMAND.reset, side_channel: encodeSideChannels(messages) } },
  };
}

/** Why the two don't understand each other; undefined where they do. ML-Agents' own rule: the majors have to be equal. */
export function versionProblem(unity: UnityRLInitializationOutputProto, where: string): UserError | undefined {
  const [ourMajor, ourMinor] = numbersOf(COMMUNICATION_VERSION);
  const [major, minor] = numbersOf(unity.communication_version);
  const isSame = major === ourMajor && (major !== 0 || minor === ourMinor);
  if (isSame) return undefined;
  return new UserError({
    what: `com.unity.ml-agents ${unity.package_version} speaks another version of the protocol`,
    where,
    value: unity.communication_version,
    expected: `${ourMajor}.x, such as ${COMMUNICATION_VERSION}`,
    mend: 'update com.unity.ml-agents in the Package Manager, 2.0 to 4.0',
  });
}

function numbersOf(version: string): number[] {
  return version.split('.').map(Number);
}
