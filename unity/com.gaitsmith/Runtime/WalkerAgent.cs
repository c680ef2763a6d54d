// The walker as ML-Agents sees it: what it observes, what its actions do, and the reward of walking towards a target at a
// speed. Builds its body, a fenced platform and the target at Play, so the prefab is all a scene needs.
// The same environment as Gaitsmith trains in (envs/walker there): change one and the policy fits the other no more.

using System;
using Unity.MLAgents;
using Unity.MLAgents.Actuators;
using Unity.MLAgents.Sensors;
using UnityEngine;
using Random = UnityEngine.Random;

namespace Gaitsmith
{
    // Before ML-Agents' Academy, which steps at 0: what a physics step led to is rewarded before it is observed.
    [DefaultExecutionOrder(-50)]
    public sealed class WalkerAgent : Agent
    {
        [Tooltip("How fast to walk, in m/s.")]
        [Range(WalkerWorld.MinTargetSpeed, WalkerWorld.MaxTargetSpeed)]
        public float targetSpeed = WalkerWorld.MaxTargetSpeed;

        [Tooltip("Draw a new speed for each episode, as in training.")]
        public bool randomSpeed = true;

        WalkerBody m_Body;
        WalkerPlatform m_Platform;
        readonly GoalFrame m_Frame = new GoalFrame();

        /// <summary>From a fall, which starts the next episode at once, to the next step: nothing counts in between.</summary>
        public bool HasFallen { get; private set; }

        public override void Initialize()
        {
            PhysicsCheck.Warn(this);
            m_Body = new WalkerBody(this);
            m_Platform = new WalkerPlatform(this);
        }

        public override void OnEpisodeBegin()
        {
            m_Body.PutBack(Random.Range(0f, 360f));
            m_Platform.Target.PutBack();
            if (randomSpeed) targetSpeed = Random.Range(WalkerWorld.MinTargetSpeed, WalkerWorld.MaxTargetSpeed);
            m_Frame.PutBack(m_Body.Hips.position, TargetPosition);
        }

        public override void CollectObservations(VectorSensor sensor)
        {
            foreach (var row in WalkerTables.Observations) Observe(sensor, row);
        }

        void Observe(VectorSensor sensor, Observed row)
        {
            var part = m_Body[row.Body];
            switch (row.What)
            {
                case Seen.SpeedError:
                    sensor.AddObservation(SpeedError());
                    break;
                case Seen.MeanVelocity:
                    sensor.AddObservation(m_Frame.See(m_Body.MeanVelocity()));
                    break;
                case Seen.GoalVelocity:
                    sensor.AddObservation(new Vector3(0, 0, targetSpeed));
                    break;
                case Seen.HipsToGoal:
                    sensor.AddObservation(m_Frame.From(m_Body.Hips));
                    break;
                case Seen.HeadToGoal:
                    sensor.AddObservation(m_Frame.From(m_Body[Body.Head].transform));
                    break;
                case Seen.TargetPosition:
                    sensor.AddObservation(m_Frame.See(TargetPosition - m_Frame.Origin));
                    break;
                case Seen.GroundContact:
                    sensor.AddObservation(part.TouchesGround);
                    break;
                case Seen.Velocity:
                    sensor.AddObservation(m_Frame.See(part.Rigidbody.Velocity()));
                    break;
                case Seen.AngularVelocity:
                    sensor.AddObservation(m_Frame.See(part.Rigidbody.angularVelocity));
                    break;
                case Seen.Position:
                    sensor.AddObservation(m_Frame.See(part.transform.position - m_Body.Hips.position));
                    break;
                case Seen.Rotation:
                    sensor.AddObservation(part.transform.localRotation);
                    break;
                case Seen.Strength:
                    sensor.AddObservation(part.Strength / WalkerRig.MaxStrength);
                    break;
                default:
                    throw new NotImplementedException($"observation {row.What}");
            }
        }

        public override void OnActionReceived(ActionBuffers actions)
        {
            var values = actions.ContinuousActions;
            foreach (var row in WalkerTables.Actions)
            {
                var part = m_Body[row.Body];
                var coupling = part.Part.Coupling;
                var target = Quaternion.Euler(
                    Angle(values, row.X, coupling.LowX, coupling.HighX),
                    Angle(values, row.Y, -coupling.LimitY, coupling.LimitY),
                    Angle(values, row.Z, -coupling.LimitZ, coupling.LimitZ));
                part.Drive(target, Fraction(values[row.Strength]));
            }
        }

        /// <summary>Degrees that an action stands for; an axis without one is held at 0.</summary>
        static float Angle(ActionSegment<float> values, int action, float low, float high) =>
            action == JointActions.None ? 0 : Mathf.Lerp(low, high, Fraction(values[action]));

        /// <summary>From -1..1 to 0..1; what lies beyond counts as the nearer end.</summary>
        static float Fraction(float action) => Mathf.Clamp01((action + 1) / 2);

        /// <summary>Without a model the walker holds the middle of every joint's range.</summary>
        public override void Heuristic(in ActionBuffers actionsOut)
        {
            var values = actionsOut.ContinuousActions;
            for (var index = 0; index < values.Length; index++) values[index] = 0;
        }

        public bool IsGround(Collider other) => other == m_Platform.Ground;

        /// <summary>A part touched the ground that must not. Several may in one step; the episode ends once.</summary>
        public void Fall()
        {
            HasFallen = true;
            SetReward(WalkerWorld.FallReward);
            EndEpisode();
        }

        public void TouchTarget()
        {
            AddReward(WalkerWorld.TargetReward);
            m_Platform.Target.Move();
        }

        /// <summary>Rewards what the last physics step led to. The start of an episode, at rest, is worth nothing.</summary>
        void FixedUpdate()
        {
            HasFallen = false;
            m_Frame.Follow(m_Body.Hips.position, TargetPosition);
            AddReward(SpeedReward() * LookReward());
        }

        Vector3 TargetPosition => m_Platform.Target.transform.position;

        /// <summary>How far the mean velocity is from the goal's, in m/s.</summary>
        float SpeedError() => Vector3.Distance(m_Frame.Forward * targetSpeed, m_Body.MeanVelocity());

        /// <summary>1 at the goal's velocity, 0 at rest.</summary>
        float SpeedReward()
        {
            var relative = Mathf.Clamp(SpeedError(), 0, targetSpeed) / targetSpeed;
            var kept = 1 - relative * relative;
            return kept * kept;
        }

        /// <summary>1 looking ahead, 0 looking back.</summary>
        float LookReward()
        {
            var look = m_Body[Body.Head].transform.forward;
            look.y = 0;
            return (Vector3.Dot(m_Frame.Forward, look) + 1) / 2;
        }
    }
}
