/**
 * The messages between Unity and its trainer as TypeScript sees them; field by field what `unity.proto` says.
 *
 * A message that was decoded has every scalar and every list (proto3's defaults where they were not sent); a message
 * inside it is null where it was not sent. To send one, name what differs from that: `Sent<UnityMessageProto>`.
 */
export interface UnityMessageProto {
  readonly header: HeaderProto | null;
  /** From Unity. */
  readonly unity_output: UnityOutputProto | null;
  /** To Unity. */
  readonly unity_input: UnityInputProto | null;
}

export interface HeaderProto {
  /** 200; everything else ends the session. */
  readonly status: number;
  readonly message: string;
}

export interface UnityOutputProto {
  readonly rl_output: UnityRLOutputProto | null;
  /** Who is there, in the first message of a session; later the behaviours that are new. */
  readonly rl_initialization_output: UnityRLInitializationOutputProto | null;
}

export interface UnityInputProto {
  readonly rl_input: UnityRLInputProto | null;
  /** In the first reply of a session only. */
  readonly rl_initialization_input: UnityRLInitializationInputProto | null;
}

export interface UnityRLOutputProto {
  /** By behaviour, `Walker?team=0`; a list may be empty. */
  readonly agentInfos: Readonly<Record<string, { readonly value: readonly AgentInfoProto[] } | null>>;
  readonly side_channel: Uint8Array;
}

export interface UnityRLInputProto {
  /** By behaviour: one action for each agent that asked, in the order in which they asked. */
  readonly agent_actions: Readonly<Record<string, { readonly value: readonly AgentActionProto[] } | null>>;
  readonly command: number;
  readonly side_channel: Uint8Array;
}

export const COMMAND = { step: 0, reset: 1, quit: 2 } as const;

/** An agent that asks for a decision, or (done) what became of its last one. */
export interface AgentInfoProto {
  /** Since this agent's last info. */
  readonly reward: number;
  readonly done: boolean;
  /** With `done`: cut off, not ended by the task's rules. */
  readonly max_step_reached: boolean;
  /** Kept across episodes; unique within one session only. */
  readonly id: number;
  /** One for each option of all branches; true forbids it. */
  readonly action_mask: readonly boolean[];
  /** One for each sensor, in the order of the sensors' names. */
  readonly observations: readonly ObservationProto[];
  /** 0: none. */
  readonly group_id: number;
  readonly group_reward: number;
}

export interface AgentActionProto {
  /** All that this agent does, for packages before 1.7. */
  readonly vector_actions_deprecated: ArrayLike<number>;
  readonly value: number;
  readonly continuous_actions: ArrayLike<number>;
  readonly discrete_actions: ArrayLike<number>;
}

export interface ObservationProto {
  readonly shape: readonly number[];
  readonly compression_type: number;
  /** PNG files. Either this or `float_data`. */
  readonly compressed_data?: Uint8Array;
  readonly float_data: { readonly data: Float32Array } | null;
  readonly compressed_channel_mapping: readonly number[];
  /** 0 unspecified, 1 none, 2 translational equivariance, 4 variable size; one for each dimension of the shape. */
  readonly dimension_properties: readonly number[];
  readonly observation_type: number;
  /** Of the sensor. */
  readonly name: string;
}

export interface UnityRLInitializationInputProto {
  readonly seed: number;
  readonly communication_version: string;
  readonly package_version: string;
  readonly capabilities: UnityRLCapabilitiesProto | null;
  readonly num_areas: number;
}

export interface UnityRLInitializationOutputProto {
  readonly name: string;
  /** Set in the first message of a session and in no other. */
  readonly communication_version: string;
  readonly log_path: string;
  readonly brain_parameters: readonly BrainParametersProto[];
  readonly package_version: string;
  readonly capabilities: UnityRLCapabilitiesProto | null;
}

export interface UnityRLCapabilitiesProto {
  readonly baseRLCapabilities: boolean;
  readonly concatenatedPngObservations: boolean;
  readonly compressedChannelMapping: boolean;
  readonly hybridActions: boolean;
  readonly trainingAnalytics: boolean;
  readonly variableLengthObservation: boolean;
  readonly multiAgentGroups: boolean;
}

/** What a behaviour is like. */
export interface BrainParametersProto {
  readonly vector_action_size_deprecated: readonly number[];
  readonly vector_action_descriptions_deprecated: readonly string[];
  readonly vector_action_space_type_deprecated: number;
  /** `Walker?team=0`. */
  readonly brain_name: string;
  readonly is_training: boolean;
  readonly action_spec: ActionSpecProto | null;
}

export interface ActionSpecProto {
  readonly num_continuous_actions: number;
  /** Branches. */
  readonly num_discrete_actions: number;
  readonly discrete_branch_sizes: readonly number[];
  readonly action_descriptions: readonly string[];
}

/** A message with only those fields that differ from proto3's defaults. */
export type Sent<Message> = Message extends Uint8Array | Float32Array | ArrayLike<number>
  ? Message
  : Message extends readonly (infer Item)[]
    ? readonly Sent<Item>[]
    : Message extends object
      ? { readonly [Field in keyof Message]?: Sent<Message[Field]> | undefined }
      : Message;

/** The version of this protocol; sides whose major numbers are equal understand each other. */
export const COMMUNICATION_VERSION = '1.5.0';

/** All that the protocol can do: both sides say so, and then send everything in its newest form. */
export const ALL_CAPABILITIES: UnityRLCapabilitiesProto = {
  baseRLCapabilities: true,
  concatenatedPngObservations: true,
  compressedChannelMapping: true,
  hybridActions: true,
  trainingAnalytics: true,
  variableLengthObservation: true,
  multiAgentGroups: true,
};

/** The one method, as gRPC names it. */
export const EXCHANGE_PATH = '/communicator_objects.UnityToExternalProto/Exchange';

export const STATUS = { ok: 200, end: 400 } as const;

/** Where an Editor dials without being told a port; a player's comes from `--mlagents-port`. */
export const EDITOR_PORT = 5004;
