// The walker as ML-Agents sees it: 243 observations, 39 actions, and the reward of walking towards a target at a speed.
// Builds its body, a fenced platform and the target at Play, so the prefab is all a scene needs.
// The same environment as Gaitsmith trains in (envs/walker there): change one and the policy fits the other no more.

using Unity.MLAgents;
using Unity.MLAgents.Actuators;
using Unity.MLAgents.Sensors;
using UnityEngine;

namespace Gaitsmith
{
    public sealed class WalkerAgent : Agent
    {
        [Tooltip("How fast to walk, in m/s.")]
        [Range(0.1f, 10)]
        public float targetSpeed = 10;

        [Tooltip("Draw a new speed from 0.1 to 10 m/s for each episode, as in training.")]
        public bool randomSpeed = true;

        const float MinSpeed = 0.1f;
        const float MaxSpeed = 10;
        const float PlatformSize = 25;
        const float GroundTop = 0.125f;
        const float WallHeight = 5;
        const float TargetSize = 0.25f;
        const float TargetRadius = 9;

        // The joints that the first 26 actions turn, in their order: one action for each axis that is not locked.
        static readonly Body[] k_Turned =
        {
            Body.Chest, Body.Spine, Body.ThighL, Body.ThighR, Body.ShinL, Body.ShinR, Body.FootR, Body.FootL,
            Body.ArmL, Body.ArmR, Body.ForearmL, Body.ForearmR, Body.Head
        };

        // The joints whose strength the other 13 actions set, in their order.
        static readonly Body[] k_Strengthened =
        {
            Body.Chest, Body.Spine, Body.Head, Body.ThighL, Body.ShinL, Body.FootL, Body.ThighR, Body.ShinR,
            Body.FootR, Body.ArmL, Body.ForearmL, Body.ArmR, Body.ForearmR
        };

        WalkerBody m_Body;
        Collider m_Ground;
        Transform m_Target;

        public override void Initialize()
        {
            var middle = new Vector3(0, GroundTop - 0.5f, 0);
            m_Ground = Block("Ground", middle, new Vector3(PlatformSize, 1, PlatformSize));
            for (var side = 0; side < 4; side++) BuildWall(Quaternion.Euler(0, 90 * side, 0));
            m_Target = BuildTarget();
            m_Body = new WalkerBody(this);
            MoveTarget();
        }

        public override void OnEpisodeBegin()
        {
            m_Body.PutBack(Random.Range(0f, 360f));
            if (randomSpeed) targetSpeed = Random.Range(MinSpeed, MaxSpeed);
        }

        public override void CollectObservations(VectorSensor sensor)
        {
            var frame = Frame();
            var toFrame = Quaternion.Inverse(frame);
            var forward = frame * Vector3.forward;
            var hips = m_Body[Body.Hips];
            var head = m_Body[Body.Head];
            var goalVelocity = forward * targetSpeed;
            var meanVelocity = m_Body.MeanVelocity();

            sensor.AddObservation(Vector3.Distance(goalVelocity, meanVelocity));
            sensor.AddObservation(toFrame * meanVelocity);
            sensor.AddObservation(toFrame * goalVelocity);
            sensor.AddObservation(Quaternion.FromToRotation(hips.transform.forward, forward));
            sensor.AddObservation(Quaternion.FromToRotation(head.transform.forward, forward));
            sensor.AddObservation(toFrame * (m_Target.position - hips.transform.position));

            foreach (var part in m_Body.Parts)
            {
                sensor.AddObservation(part.TouchesGround);
                sensor.AddObservation(toFrame * part.Rigidbody.linearVelocity);
                sensor.AddObservation(toFrame * part.Rigidbody.angularVelocity);
                sensor.AddObservation(toFrame * (part.transform.position - hips.transform.position));
                if (part.Part.Coupling == null || !part.Part.Coupling.IsDriven) continue;
                sensor.AddObservation(part.transform.localRotation);
                sensor.AddObservation(part.Strength / WalkerRig.MaxStrength);
            }
        }

        public override void OnActionReceived(ActionBuffers actions)
        {
            var values = actions.ContinuousActions;
            var next = 0;
            foreach (var body in k_Turned)
            {
                var part = m_Body[body];
                var coupling = part.Part.Coupling;
                var x = coupling.TurnsAboutX ? values[next++] : 0;
                var y = coupling.TurnsAboutY ? values[next++] : 0;
                var z = coupling.TurnsAboutZ ? values[next++] : 0;
                part.SetTarget(x, y, z);
            }
            foreach (var body in k_Strengthened) m_Body[body].SetStrength(values[next++]);
        }

        /// <summary>Without a model the walker holds the middle of every joint's range.</summary>
        public override void Heuristic(in ActionBuffers actionsOut)
        {
            var values = actionsOut.ContinuousActions;
            for (var index = 0; index < values.Length; index++) values[index] = 0;
        }

        public bool IsGround(Collider other) => other == m_Ground;

        /// <summary>A part touched the ground that must not.</summary>
        public void Fall()
        {
            // Several parts may touch in one physics step, and the episode ends once.
            if (StepCount == 0) return;
            SetReward(-1);
            EndEpisode();
        }

        public void TouchTarget()
        {
            AddReward(1);
            MoveTarget();
        }

        void FixedUpdate()
        {
            var forward = Frame() * Vector3.forward;
            var error = Vector3.Distance(m_Body.MeanVelocity(), forward * targetSpeed);
            var relative = Mathf.Clamp(error, 0, targetSpeed) / targetSpeed;
            var speedTerm = Mathf.Pow(1 - relative * relative, 2);

            var look = m_Body[Body.Head].transform.forward;
            look.y = 0;
            var lookTerm = (Vector3.Dot(forward, look) + 1) / 2;
            AddReward(speedTerm * lookTerm);
        }

        /// <summary>The frame in which all is observed: z from the hips to the target along the ground, y up.</summary>
        Quaternion Frame()
        {
            var way = m_Target.position - m_Body[Body.Hips].transform.position;
            way.y = 0;
            return way.sqrMagnitude < 1e-8f ? Quaternion.identity : Quaternion.LookRotation(way);
        }

        void MoveTarget()
        {
            var place = Random.insideUnitSphere * TargetRadius;
            place.y = 1;
            m_Target.position = transform.position + place;
        }

        Transform BuildTarget()
        {
            var cube = GameObject.CreatePrimitive(PrimitiveType.Cube);
            cube.name = "Target";
            cube.transform.SetParent(transform, false);
            cube.transform.localScale = Vector3.one * TargetSize;
            cube.AddComponent<Rigidbody>().mass = 1;
            cube.AddComponent<WalkerTarget>().Agent = this;
            return cube.transform;
        }

        void BuildWall(Quaternion side)
        {
            var center = side * new Vector3(0, GroundTop + WallHeight / 2, PlatformSize / 2 + 0.5f);
            var wall = Block("Wall", center, new Vector3(PlatformSize, WallHeight, 1));
            wall.transform.localRotation = side;
            wall.GetComponent<Renderer>().enabled = false;
        }

        Collider Block(string called, Vector3 center, Vector3 size)
        {
            var block = GameObject.CreatePrimitive(PrimitiveType.Cube);
            block.name = called;
            block.transform.SetParent(transform, false);
            block.transform.localPosition = center;
            block.transform.localScale = size;
            return block.GetComponent<Collider>();
        }
    }
}
