/** Faults that once went unseen in the package's C#, or could: each is planted into a copy, and has to be noticed. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  /** What stands there, once. */
  readonly from: string;
  readonly to: string;
  /** Whether it shows in what is built, before anything is played. */
  readonly showsWhenBuilt: boolean;
  /** A difference that tells of it. */
  readonly noticed: RegExp;
}

export const mutations: readonly Mutation[] = [
  {
    name: "the chest's capsule is thicker",
    file: 'WalkerRig.cs',
    from: 'Shape.Capsule(0.13f, 0.45f, 0)',
    to: 'Shape.Capsule(0.15f, 0.45f, 0)',
    showsWhenBuilt: true,
    noticed: /^scene, bodies, 1, shapes, 0, radius: 0.15/,
  },
  {
    name: 'the spring is half as stiff',
    file: 'WalkerRig.cs',
    from: 'Stiffness = 40000',
    to: 'Stiffness = 20000',
    showsWhenBuilt: true,
    noticed: /^scene, joints, 0, drive, stiffness: 20000/,
  },
  {
    name: 'the start is 10 cm higher',
    file: 'WalkerRig.cs',
    from: '0.953f',
    to: '1.053f',
    showsWhenBuilt: true,
    noticed: /^start pose, 0, 1: 1.053/,
  },
  {
    name: 'the left foot acts before the right one',
    file: 'WalkerTables.cs',
    from: 'JointActions(Body.FootR, 12, 13, 14, 34),\n            new JointActions(Body.FootL, 15, 16, 17, 31)',
    to: 'JointActions(Body.FootL, 12, 13, 14, 31),\n            new JointActions(Body.FootR, 15, 16, 17, 34)',
    showsWhenBuilt: false,
    noticed: /motors, 6, 0, 0:/,
  },
  {
    name: 'the reward is a punishment',
    file: 'WalkerAgent.cs',
    from: 'AddReward(SpeedReward()',
    to: 'AddReward(-SpeedReward()',
    showsWhenBuilt: false,
    noticed: /\(step\), reward:/,
  },
  {
    name: 'the decision period is another one',
    file: 'WalkerWorld.cs',
    from: 'DecisionPeriod = 5',
    to: 'DecisionPeriod = 4',
    showsWhenBuilt: true,
    noticed: /^a warning: .* Decision Period/,
  },
  {
    name: 'the left knee bends less far',
    file: 'WalkerRig.cs',
    from: '0, 120, 0, 0)),\n            new Part(Body.FootL',
    to: '0, 90, 0, 0)),\n            new Part(Body.FootL',
    showsWhenBuilt: true,
    noticed: /^scene, joints, 4, twist, 1:/,
  },
  {
    name: 'the chest is joined after the spine',
    file: 'WalkerRig.cs',
    from: 'Body.Chest,\n            Body.Spine,\n            Body.Hips\n',
    to: 'Body.Spine,\n            Body.Chest,\n            Body.Hips\n',
    showsWhenBuilt: true,
    noticed: /^scene, jointOrder/,
  },
  {
    name: 'velocities and angular velocities are told the other way round',
    file: 'WalkerTables.cs',
    from: 'new Observed(Seen.Velocity, Body.Chest),\n            new Observed(Seen.AngularVelocity, Body.Chest)',
    to: 'new Observed(Seen.AngularVelocity, Body.Chest),\n            new Observed(Seen.Velocity, Body.Chest)',
    showsWhenBuilt: false,
    noticed: /observation, chest velocity x:/,
  },
  {
    name: 'the frame moves to the hips before it turns to the target',
    file: 'GoalFrame.cs',
    from: 'var way = target - Origin;',
    to: 'var way = target - hips;',
    showsWhenBuilt: false,
    noticed: /observation, target position x:/,
  },
  {
    name: 'strengths beyond 1 are not cut off',
    file: 'WalkerAgent.cs',
    from: 'Mathf.Clamp01((action + 1) / 2)',
    to: '(action + 1) / 2',
    showsWhenBuilt: false,
    noticed: /motors, \d+, 1:/,
  },
  {
    name: 'motors pull on after a fall',
    file: 'WalkerPart.cs',
    from: 'TouchesGround = false;\n            LetGo();',
    to: 'TouchesGround = false;',
    showsWhenBuilt: false,
    noticed: /\(start\): strengths/,
  },
  {
    name: 'a fall costs nothing',
    file: 'WalkerAgent.cs',
    from: 'SetReward(WalkerWorld.FallReward);',
    to: '',
    showsWhenBuilt: false,
    noticed: /\(start\), reward:/,
  },
  {
    name: 'feet may not touch the ground',
    file: 'WalkerPart.cs',
    from: 'if (!Part.MayTouchGround)',
    to: 'if (Part.MayTouchGround)',
    showsWhenBuilt: false,
    noticed: /^threw more is drawn than there should be/,
  },
  {
    name: 'the target is drawn around the walker itself',
    file: 'WalkerTarget.cs',
    from: 'WalkerWorld.TargetPlace + place',
    to: 'new Vector3(0, WalkerWorld.TargetPlace.y, 0) + place',
    showsWhenBuilt: false,
    noticed: /start, poses, 16, 1, 2:/,
  },
  {
    name: 'walls stand half as high',
    file: 'WalkerPlatform.cs',
    from: 'const float height = WalkerWorld.WallHeight;',
    to: 'const float height = WalkerWorld.WallHeight / 2;',
    showsWhenBuilt: true,
    noticed: /^scene, fixtures/,
  },
  {
    name: 'what touches the target is not rewarded',
    file: 'WalkerAgent.cs',
    from: 'AddReward(WalkerWorld.TargetReward);',
    to: '',
    showsWhenBuilt: false,
    noticed: /\(step\), reward:/,
  },
  {
    name: 'the head does not count in the reward',
    file: 'WalkerAgent.cs',
    from: 'SpeedReward() * LookReward()',
    to: 'SpeedReward()',
    showsWhenBuilt: false,
    noticed: /\(step\), reward:/,
  },
  {
    name: 'a foot that is put back while it touches the ground is not felt',
    file: 'WalkerPart.cs',
    from: 'void OnCollisionStay(Collision collision) => OnCollisionEnter(collision);',
    to: '',
    showsWhenBuilt: false,
    noticed: /observation, foot[LR] ground contact: 0/,
  },
  {
    name: 'the reward comes after the observation',
    file: 'WalkerAgent.cs',
    from: '[DefaultExecutionOrder(-50)]',
    to: '',
    showsWhenBuilt: true,
    noticed: /^the agent is called at 0/,
  },
];
