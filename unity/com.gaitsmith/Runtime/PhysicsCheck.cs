// The project's settings that the walker was trained with, and what they are now.
// A policy knows its world by heart: with another gravity or another physics step it falls.

using System;
using Unity.MLAgents;
using UnityEngine;

namespace Gaitsmith
{
    /// <summary>A number of the project's settings: as trained, and as it is.</summary>
    public sealed class PhysicsSetting
    {
        /// <summary>Where a person finds it: "Project Settings > Time > Fixed Timestep".</summary>
        public readonly string Name;

        public readonly float Trained;

        /// <summary>
        /// Whether Gaitsmith's own walker tells it to each of its bodies. Then it only counts for walkers of other scripts,
        /// such as that of ML-Agents.
        /// </summary>
        public readonly bool IsSetOnBodies;

        readonly Func<float> m_Read;
        readonly Action<float> m_Write;

        public PhysicsSetting(string name, float trained, bool isSetOnBodies, Func<float> read, Action<float> write)
        {
            Name = name;
            Trained = trained;
            IsSetOnBodies = isSetOnBodies;
            m_Read = read;
            m_Write = write;
        }

        public float Now => m_Read();

        public bool IsAsTrained => PhysicsCheck.AreAlike(Now, Trained);

        /// <summary>Gives it the trained value, in memory: the Editor has to be told to save it.</summary>
        public void Apply() => m_Write(Trained);
    }

    public static class PhysicsCheck
    {
        public static readonly PhysicsSetting[] Settings =
        {
            new PhysicsSetting("Project Settings > Time > Fixed Timestep", WalkerWorld.TimeStep, false,
                () => Time.fixedDeltaTime, value => Time.fixedDeltaTime = value),
            new PhysicsSetting("Project Settings > Physics > Gravity, y", -WalkerWorld.Gravity, false,
                () => Physics.gravity.y, value => Physics.gravity = new Vector3(Physics.gravity.x, value, Physics.gravity.z)),
            new PhysicsSetting("Project Settings > Physics > Bounce Threshold", WalkerWorld.BounceThreshold, false,
                () => Physics.bounceThreshold, value => Physics.bounceThreshold = value),
            new PhysicsSetting("Project Settings > Physics > Default Solver Iterations", WalkerWorld.PositionIterations, true,
                () => Physics.defaultSolverIterations, value => Physics.defaultSolverIterations = (int)value),
            new PhysicsSetting("Project Settings > Physics > Default Solver Velocity Iterations",
                WalkerWorld.VelocityIterations, true,
                () => Physics.defaultSolverVelocityIterations,
                value => Physics.defaultSolverVelocityIterations = (int)value),
            new PhysicsSetting("Project Settings > Physics > Default Contact Offset", WalkerWorld.ContactOffset, true,
                () => Physics.defaultContactOffset, value => Physics.defaultContactOffset = value),
            new PhysicsSetting("Project Settings > Physics > Sleep Threshold", WalkerWorld.SleepThreshold, true,
                () => Physics.sleepThreshold, value => Physics.sleepThreshold = value)
        };

        public static bool AreAlike(float one, float other) => Mathf.Abs(one - other) < 1e-4f;

        /// <summary>Says at Play what counts for this walker and is not as it was trained.</summary>
        public static void Warn(WalkerAgent agent)
        {
            foreach (var setting in Settings)
            {
                if (!setting.IsSetOnBodies) Compare(setting.Name, setting.Now, setting.Trained);
            }
            var requester = agent.GetComponent<DecisionRequester>();
            if (requester == null) return;
            Compare("Decision Requester > Decision Period", requester.DecisionPeriod, WalkerWorld.DecisionPeriod);
        }

        static void Compare(string what, float now, float trained)
        {
            if (AreAlike(now, trained)) return;
            Debug.LogWarning($"The walker was trained with another value of {what}: {trained}, here it is {now}.");
        }
    }
}
