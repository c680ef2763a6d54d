/** Faults planted into the Ragdoll Agent's C#, each of which the comparison with the world that is trained in has to notice. */
export interface RagdollMutation {
  readonly name: string;
  readonly file: string;
  /** Stands there once. */
  readonly from: string;
  readonly to: string;
  /** A difference that tells it, in the words of `differencesOf`. */
  readonly noticed: RegExp;
}

const OBSERVATION = 'Ragdoll/RagdollObservation.cs';
const AGENT = 'Ragdoll/RagdollAgent.cs';
const JOINT = 'Ragdoll/RagdollJoint.cs';
const BODY = 'Ragdoll/RagdollBody.cs';

export const ragdollMutations: readonly RagdollMutation[] = [
  {
    name: 'the frame is that of now, not of a step ago',
    file: AGENT,
    from: 'm_File.frame.lag > 0 ? m_OldFrame : m_Frame',
    to: 'm_File.frame.lag > 2 ? m_OldFrame : m_Frame',
    noticed: /target|velocity/,
  },
  {
    name: 'the mean is over all bodies',
    file: AGENT,
    from: 'foreach (var index in m_File.observed) sum += m_Bodies[index].Rigidbody.Velocity();',
    to: 'foreach (var body in m_Bodies) sum += body.Rigidbody.Velocity();',
    noticed: /mean velocity|speed error/,
  },
  {
    name: 'the goal velocity lies along x',
    file: OBSERVATION,
    from: 'new Vector3(0, 0, state.TargetSpeed)',
    to: 'new Vector3(state.TargetSpeed, 0, 0)',
    noticed: /goal velocity/,
  },
  {
    name: 'the speed error ignores the speed',
    file: OBSERVATION,
    from: 'state.Frame.Forward * state.TargetSpeed',
    to: 'state.Frame.Forward',
    noticed: /speed error/,
  },
  {
    name: 'the target is told from the body and not from the frame',
    file: OBSERVATION,
    from: 'state.TargetPosition - state.Frame.Origin',
    to: 'state.TargetPosition - state.FrameBody.transform.position',
    noticed: /target/,
  },
  {
    name: 'positions are told from the frame where they are from the root',
    file: OBSERVATION,
    from: 'body.transform.position - state.FrameBody.transform.position',
    to: 'body.transform.position - state.Frame.Origin',
    noticed: /from root/,
  },
  {
    name: 'positions are told from the root where they are from the frame',
    file: OBSERVATION,
    from: 'body.transform.position - state.Frame.Origin',
    to: 'body.transform.position - state.FrameBody.transform.position',
    noticed: /frame position/,
  },
  {
    name: 'angular velocities are told in the world',
    file: OBSERVATION,
    from: 'state.Frame.See(body.Rigidbody.angularVelocity)',
    to: 'body.Rigidbody.angularVelocity',
    noticed: /angular velocity/,
  },
  {
    name: 'velocities are told in the world',
    file: OBSERVATION,
    from: 'state.Frame.See(body.Rigidbody.Velocity())',
    to: 'body.Rigidbody.Velocity()',
    noticed: /velocity/,
  },
  {
    name: "a joint's rotation is told from the parent",
    file: OBSERVATION,
    from: 'Relative(state, state.ConnectedTo(body), body)',
    to: 'Relative(state, null, body)',
    noticed: /joint rotation/,
  },
  {
    name: 'a local rotation is told the other way round',
    file: OBSERVATION,
    from: 'Relative(state, state.ParentOf(body), body)',
    to: 'Relative(state, body, state.ParentOf(body))',
    noticed: /local rotation|threw/,
  },
  {
    name: 'an angle is told in radians',
    file: OBSERVATION,
    from: 'body.transform.rotation) / 180',
    to: 'body.transform.rotation) / 57.29578f',
    noticed: /angle/,
  },
  {
    name: 'a ray is told in metres',
    file: OBSERVATION,
    from: 'state.RayDown(body, row.length) / row.length',
    to: 'state.RayDown(body, row.length)',
    noticed: /ray/,
  },
  {
    name: 'a ray finds what is no ground',
    file: AGENT,
    from: '&& m_Hits[index].collider.CompareTag(m_File.world.groundTag)',
    to: '',
    noticed: /ray/,
  },
  {
    name: 'a contact is told as its opposite',
    file: OBSERVATION,
    from: 'sensor.AddObservation(body.TouchesGround)',
    to: 'sensor.AddObservation(!body.TouchesGround)',
    noticed: /contact/,
  },
  {
    name: 'a contact is not forgotten when it ends',
    file: BODY,
    from: 'OnCollisionExit(Collision collision) => m_Ground.Remove(collision.collider)',
    to: 'OnCollisionExit(Collision collision) => m_Ground.Add(collision.collider)',
    noticed: /contact/,
  },
  {
    name: 'a contact is not forgotten when the next episode starts',
    file: BODY,
    from: 'm_Ground.Clear();',
    to: '',
    noticed: /contact|fallen/,
  },
  {
    name: 'strengths are told in N m',
    file: JOINT,
    from: 'm_Body.Strength = m_Row.strength < 0 ? 0 : strength;',
    to: 'm_Body.Strength = strength * m_Row.maxStrength;',
    noticed: /strength/,
  },
  {
    name: 'strengths of the episode before stay',
    file: AGENT,
    from: 'foreach (var joint in m_Joints) joint.LetGo();',
    to: '',
    noticed: /torque at the start/,
  },
  {
    name: 'low and high ends are swapped',
    file: JOINT,
    from: 'Angle(actions, m_Row.x, m_Row.low.x, m_Row.high.x)',
    to: 'Angle(actions, m_Row.x, m_Row.high.x, m_Row.low.x)',
    noticed: /drive of/,
  },
  {
    name: 'y and z are swapped',
    file: JOINT,
    from: 'Angle(actions, m_Row.y, m_Row.low.y, m_Row.high.y)',
    to: 'Angle(actions, m_Row.z, m_Row.low.y, m_Row.high.y)',
    noticed: /drive of/,
  },
  {
    name: 'actions beyond their range count',
    file: JOINT,
    from: 'Mathf.Clamp01((action + 1) / 2)',
    to: '(action + 1) / 2',
    noticed: /drive of/,
  },
  {
    name: 'the yaw sets rotations and does not turn them',
    file: BODY,
    from: 'transform.rotation = turn * m_StartRotation;',
    to: 'transform.rotation = turn;',
    noticed: /start of/,
  },
  {
    name: 'bodies are turned where they stand',
    file: BODY,
    from: 'about + turn * (m_StartPosition - about)',
    to: 'm_StartPosition',
    noticed: /start of/,
  },
  {
    name: 'bodies are put back before those that they hang on',
    file: AGENT,
    from: 'Depth(one).CompareTo(Depth(other))',
    to: 'Depth(other).CompareTo(Depth(one))',
    noticed: /start of/,
  },
  {
    name: 'other bodies than those that must not touch the ground end an episode',
    file: AGENT,
    from: 'body.Row.endsOnGround && body.TouchesGround',
    to: '!body.Row.endsOnGround && body.TouchesGround',
    noticed: /fallen/,
  },
];
