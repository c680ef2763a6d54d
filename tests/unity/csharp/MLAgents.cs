// As much of ML-Agents as the walker's scripts use: an agent that counts what it is rewarded.

using System;
using System.Collections;
using System.Collections.Generic;
using UnityEngine;

namespace Unity.MLAgents
{
    using Actuators;
    using Sensors;

    public class Agent : MonoBehaviour
    {
        public int MaxStep;

        /// Since the last decision.
        public float Reward;

        /// Of the decision that was under way when each episode ended.
        public readonly Queue<float> Ended = new Queue<float>();

        public int Asked;

        /// What ML-Agents does when the component comes on; and it asks nothing of one that is off.
        protected virtual void OnEnable()
        {
        }

        protected virtual void OnDisable()
        {
        }

        public void RequestDecision() => Asked += 1;

        public virtual void Initialize()
        {
        }

        public virtual void OnEpisodeBegin()
        {
        }

        public virtual void CollectObservations(VectorSensor sensor)
        {
        }

        public virtual void OnActionReceived(ActionBuffers actions)
        {
        }

        public virtual void Heuristic(in ActionBuffers actionsOut)
        {
        }

        public void AddReward(float reward) => Reward += reward;

        public void SetReward(float reward) => Reward = reward;

        /// Ends it and begins the next one at once.
        public void EndEpisode()
        {
            Ended.Enqueue(Reward);
            Reward = 0;
            OnEpisodeBegin();
        }
    }

    public class DecisionRequester : MonoBehaviour
    {
        public int DecisionPeriod = 5;
        public bool TakeActionsBetweenDecisions = false;
    }

    public sealed class Academy
    {
        public static readonly Academy Instance = new Academy();
        public static bool IsInitialized => true;

        public event Action<int> AgentPreStep;

        public void Step(int step)
        {
            if (AgentPreStep != null) AgentPreStep(step);
        }
    }
}

namespace Unity.MLAgents.Policies
{
    using Actuators;

    public class BehaviorParameters : MonoBehaviour
    {
        public BrainParameters BrainParameters { get; } = new BrainParameters();
    }

    public class BrainParameters
    {
        public int VectorObservationSize = 1;
        public int NumStackedVectorObservations = 1;
        public ActionSpec ActionSpec { get; set; }
    }
}

namespace Unity.MLAgents.Actuators
{
    public struct ActionSegment<T> where T : struct
    {
        readonly T[] m_Values;

        public ActionSegment(T[] values)
        {
            m_Values = values;
        }

        public int Length => m_Values.Length;

        public T this[int index]
        {
            get { return m_Values[index]; }
            set { m_Values[index] = value; }
        }
    }

    public struct ActionSpec
    {
        public int NumContinuousActions;
        public int NumDiscreteActions;
    }

    public struct ActionBuffers
    {
        public ActionBuffers(float[] continuous)
        {
            ContinuousActions = new ActionSegment<float>(continuous);
        }

        public ActionSegment<float> ContinuousActions { get; }
    }
}

namespace Unity.MLAgents.Sensors
{
    public interface ISensor
    {
        string GetName();
    }

    public abstract class SensorComponent : MonoBehaviour
    {
        public abstract ISensor[] CreateSensors();
    }

    public class VectorSensor : ISensor
    {
        public readonly List<float> Observations = new List<float>();
        readonly string m_Name;

        public VectorSensor(int observationSize, string name = null)
        {
            m_Name = name ?? $"VectorSensor_size{observationSize}";
        }

        public string GetName() => m_Name;

        public void AddObservation(float observation) => Observations.Add(observation);

        public void AddObservation(bool observation) => Observations.Add(observation ? 1 : 0);

        public void AddObservation(Vector3 observation)
        {
            Observations.Add(observation.x);
            Observations.Add(observation.y);
            Observations.Add(observation.z);
        }

        public void AddObservation(Quaternion observation)
        {
            Observations.Add(observation.x);
            Observations.Add(observation.y);
            Observations.Add(observation.z);
            Observations.Add(observation.w);
        }
    }
}
