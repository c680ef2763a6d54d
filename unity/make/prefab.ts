/** Walker.prefab: one object with the agent and what ML-Agents wants beside it. All else it builds at Play. */
import { actionSize } from '../../envs/walker/action.ts';
import { observationNames } from '../../envs/walker/observation.ts';
import { walkerParameters } from '../../envs/walker/parameters.ts';
import type { Rig } from '../../envs/walker/rig.ts';
import { stepsPerDecision } from '../../envs/walker/walker.ts';
import { gameObject, HEAD, rootTransform, script } from './unity-text.ts';

/** Ids of its objects, which scenes refer to. */
export const prefabIds = {
  gameObject: '1000000000000000001',
  transform: '1000000000000000002',
  behavior: '1000000000000000003',
  agent: '1000000000000000004',
  requester: '1000000000000000005',
};

/** ML-Agents' own scripts, the same in all of its releases. */
const BEHAVIOR_PARAMETERS = '5d1c4e0b1822b495aa52bc52839ecb30';
const DECISION_REQUESTER = '3a5c9d521e5ef4759a8246a07d52221e';

/** Of the model in an imported ONNX file. */
const MODEL_ID = '5022602860645237092';

/** @param guids of the assets it refers to. */
export function prefab(rig: Rig, guids: { readonly model: string; readonly agent: string }): string {
  const { gameObject: own, transform, behavior, agent, requester } = prefabIds;
  const { max_steps, target_speed_max } = walkerParameters;
  return [
    HEAD,
    gameObject(own, rig.name, [transform, behavior, agent, requester]),
    rootTransform(transform, own),
    script(behavior, own, BEHAVIOR_PARAMETERS, [
      'm_BrainParameters:',
      `  VectorObservationSize: ${observationNames(rig).length}`,
      '  NumStackedVectorObservations: 1',
      '  m_ActionSpec:',
      `    m_NumContinuousActions: ${actionSize}`,
      '    BranchSizes: ',
      `  VectorActionSize: ${littleEndian(actionSize)}`,
      '  VectorActionDescriptions: []',
      '  VectorActionSpaceType: 1',
      '  hasUpgradedBrainParametersWithActionSpec: 1',
      `m_Model: {fileID: ${MODEL_ID}, guid: ${guids.model}, type: 3}`,
      'm_InferenceDevice: 2',
      'm_BehaviorType: 0',
      'm_BehaviorName: Walker',
      'TeamId: 0',
      'm_UseChildSensors: 0',
      'm_UseChildActuators: 0',
      'm_DeterministicInference: 0',
      'm_ObservableAttributeHandling: 0',
    ]),
    script(agent, own, guids.agent, [
      'agentParameters:',
      '  maxStep: 0',
      'hasUpgradedFromAgentParameters: 1',
      `MaxStep: ${max_steps.default}`,
      `targetSpeed: ${target_speed_max.default}`,
      'randomSpeed: 1',
    ]),
    script(requester, own, DECISION_REQUESTER, [
      `DecisionPeriod: ${stepsPerDecision}`,
      'DecisionStep: 0',
      'TakeActionsBetweenDecisions: 0',
    ]),
  ].join('');
}

/** Unity writes a list of integers as the hexadecimal digits of their bytes. */
function littleEndian(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes.toString('hex');
}
