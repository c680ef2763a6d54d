// An agent that plays a policy of Gaitsmith on a ragdoll of your own. It knows nothing of the character but what the character's
// file says: which bodies there are, what is observed of them, what is done to their joints, and which physics that was learnt in.
//
// At Awake it finds the bodies by their paths, refuses a file that does not fit, sets what no file of Unity's says (the greatest
// angular velocity, the joints' drives), and tells what the project has otherwise than the training had. It pays no reward.

using System;
using System.Collections.Generic;
using Unity.MLAgents;
using Unity.MLAgents.Actuators;
using Unity.MLAgents.Sensors;
using UnityEngine;
using Random = UnityEngine.Random;

namespace Gaitsmith
{
    // Before ML-Agents' Academy, which steps at 0: what a physics step led to is followed before it is observed.
    [DefaultExecutionOrder(-50)]
    public sealed class RagdollAgent : Agent, IRagdollState
    {
        [Tooltip("What `gaitsmith deploy --attach` wrote beside the model.")]
        public TextAsset character;

        [Tooltip("Where to walk, at the height of the ground. Without one it walks straight ahead.")]
        public Transform target;

        [Tooltip("How fast to walk, in m/s. The policy knows the speeds that it was trained at.")]
        public float targetSpeed = 1;

        [Tooltip("Back to the start after a fall, as in training.")]
        public bool startAgain = true;

        [Tooltip("Turned by chance at each start, as in training. Not where a joint holds it to the world, which does not turn with it.")]
        public bool turnAtStart;

        RagdollFile m_File;
        RagdollBody[] m_Bodies;
        RagdollBody[] m_FromTheRoot;
        RagdollJoint[] m_Joints;
        RagdollBody[] m_ConnectedTo;
        bool m_IsTied;
        VectorSensor[] m_MoreSensors;
        readonly RaycastHit[] m_Hits = new RaycastHit[32];

        // The frame of now, and the one of a physics step ago.
        readonly GoalFrame m_Frame = new GoalFrame();
        readonly GoalFrame m_OldFrame = new GoalFrame();
        Vector3 m_Ahead = Vector3.forward;
        bool m_AsksForItself;

        /// <summary>Whether a body touches the ground that must not, or has sunk too far.</summary>
        public bool HasFallen { get; private set; }

        public IReadOnlyList<RagdollBody> Bodies => m_Bodies;
        public RagdollBody FrameBody => m_Bodies[m_File.frame.body];
        public GoalFrame Frame => m_File.frame.lag > 0 ? m_OldFrame : m_Frame;
        public float TargetSpeed => targetSpeed;

        void Awake()
        {
            var problems = new List<RagdollProblem>();
            m_File = RagdollCheck.Read(this, problems);
            if (problems.Count == 0) FindBodies(problems);
            if (problems.Count > 0)
            {
                foreach (var problem in problems) Debug.LogError(problem.ToString(), this);
                // An agent that is not enabled is none to ML-Agents.
                enabled = false;
                return;
            }
            RagdollCheck.Warn(this, m_File, m_Bodies);
            DriveJoints();
            AddSensors();
        }

        void FindBodies(ICollection<RagdollProblem> problems)
        {
            m_Bodies = new RagdollBody[m_File.bodies.Length];
            m_ConnectedTo = new RagdollBody[m_File.bodies.Length];
            for (var index = 0; index < m_Bodies.Length; index++)
            {
                var row = m_File.bodies[index];
                var found = RagdollPath.Find(transform, row.path);
                if (found == null || found.GetComponent<Rigidbody>() == null)
                {
                    problems.Add(RagdollCheck.NoBody(this, row, found));
                    return;
                }
                m_Bodies[index] = found.gameObject.AddComponent<RagdollBody>();
                m_Bodies[index].SetUp(row, m_File.world);
            }
            // Each before those that hang on it and move with it.
            m_FromTheRoot = (RagdollBody[])m_Bodies.Clone();
            Array.Sort(m_FromTheRoot, (one, other) => Depth(one).CompareTo(Depth(other)));
            foreach (var joint in m_File.joints)
            {
                if (joint.connectedTo < 0) m_IsTied = true;
                if (joint.which == 0 && joint.connectedTo >= 0) m_ConnectedTo[joint.body] = m_Bodies[joint.connectedTo];
                if (RagdollCheck.JointOf(m_Bodies[joint.body], joint) != null) continue;
                problems.Add(RagdollCheck.NoJoint(this, m_Bodies[joint.body], joint));
                return;
            }
        }

        static int Depth(RagdollBody body) => body.Row.path == "" ? 0 : body.Row.path.Split('/').Length;

        void DriveJoints()
        {
            m_Joints = new RagdollJoint[m_File.actions.Length];
            // Found first: replaced ones come last on their object, and would change the order of those behind.
            var there = new Joint[m_Joints.Length];
            for (var index = 0; index < there.Length; index++)
            {
                var row = m_File.joints[m_File.actions[index].joint];
                there[index] = RagdollCheck.JointOf(m_Bodies[row.body], row);
            }
            for (var index = 0; index < there.Length; index++)
            {
                var action = m_File.actions[index];
                var row = m_File.joints[action.joint];
                m_Joints[index] = new RagdollJoint(action, row, m_Bodies[row.body], there[index]);
            }
        }

        /// <summary>The first input is the agent's own; ML-Agents sorts them by name, so that the others follow it.</summary>
        void AddSensors()
        {
            m_MoreSensors = new VectorSensor[m_File.sensors.Length - 1];
            if (m_MoreSensors.Length == 0) return;
            for (var index = 0; index < m_MoreSensors.Length; index++)
            {
                var name = $"VectorSensor_size{m_File.sensors[0].size} and {index + 1}";
                m_MoreSensors[index] = new VectorSensor(m_File.sensors[index + 1].size, name);
            }
            gameObject.AddComponent<RagdollSensors>().Sensors = m_MoreSensors;
        }

        protected override void OnEnable()
        {
            base.OnEnable();
            // A DecisionRequester asks the first agent of its object: where that is another one, nobody asks this one.
            m_AsksForItself = m_Bodies != null && GetComponent<Agent>() != this;
            if (m_AsksForItself) Academy.Instance.AgentPreStep += Ask;
        }

        protected override void OnDisable()
        {
            if (m_AsksForItself && Academy.IsInitialized) Academy.Instance.AgentPreStep -= Ask;
            m_AsksForItself = false;
            base.OnDisable();
        }

        void Ask(int step)
        {
            if (step % m_File.world.decisionPeriod == 0) RequestDecision();
        }

        public override void OnEpisodeBegin()
        {
            var turn = Quaternion.Euler(0, turnAtStart && !m_IsTied ? Random.Range(0f, 360f) : 0, 0);
            foreach (var body in m_FromTheRoot) body.PutBack(m_Bodies[0].StartPosition, turn);
            foreach (var joint in m_Joints) joint.LetGo();
            HasFallen = false;
            m_Ahead = turn * Level(FrameBody.StartRotation * Vector3.forward);
            m_Frame.PutBack(FrameBody.transform.position, TargetPosition);
            m_OldFrame.BecomeAs(m_Frame);
        }

        static Vector3 Level(Vector3 way)
        {
            way.y = 0;
            return way.magnitude > 1e-5f ? way.normalized : Vector3.forward;
        }

        public override void CollectObservations(VectorSensor sensor)
        {
            RagdollObservation.Write(this, m_File.sensors[0], sensor);
            for (var index = 0; index < m_MoreSensors.Length; index++)
            {
                RagdollObservation.Write(this, m_File.sensors[index + 1], m_MoreSensors[index]);
            }
        }

        public override void OnActionReceived(ActionBuffers actions)
        {
            foreach (var joint in m_Joints) joint.Act(actions.ContinuousActions);
        }

        /// <summary>Without a model every joint holds the middle of its range.</summary>
        public override void Heuristic(in ActionBuffers actionsOut)
        {
            var values = actionsOut.ContinuousActions;
            for (var index = 0; index < values.Length; index++) values[index] = 0;
        }

        void FixedUpdate()
        {
            m_OldFrame.BecomeAs(m_Frame);
            m_Frame.Follow(FrameBody.transform.position, TargetPosition);
            HasFallen = Falls();
            if (HasFallen && startAgain) EndEpisode();
        }

        bool Falls()
        {
            foreach (var body in m_Bodies)
            {
                if (body.Row.endsOnGround && body.TouchesGround) return true;
            }
            if (m_File.endings.fallBody < 0) return false;
            var sinking = m_Bodies[m_File.endings.fallBody];
            return sinking.transform.position.y < sinking.StartPosition.y - m_File.endings.fallMetres;
        }

        public Vector3 MeanVelocity
        {
            get
            {
                var sum = Vector3.zero;
                foreach (var index in m_File.observed) sum += m_Bodies[index].Rigidbody.Velocity();
                return sum / m_File.observed.Length;
            }
        }

        public Vector3 TargetPosition
        {
            get
            {
                if (target != null) return target.position;
                var place = FrameBody.transform.position + m_Ahead * m_File.target.ahead;
                place.y = m_Bodies[0].StartPosition.y + m_File.target.above;
                return place;
            }
        }

        public RagdollBody ParentOf(RagdollBody body) => body.Row.parent < 0 ? null : m_Bodies[body.Row.parent];

        public RagdollBody ConnectedTo(RagdollBody body) => m_ConnectedTo[Array.IndexOf(m_Bodies, body)];

        public float RayDown(RagdollBody from, float length)
        {
            var count = Physics.RaycastNonAlloc(from.transform.position, Vector3.down, m_Hits, length);
            var nearest = length;
            for (var index = 0; index < count; index++)
            {
                if (m_Hits[index].distance < nearest && m_Hits[index].collider.CompareTag(m_File.world.groundTag))
                    nearest = m_Hits[index].distance;
            }
            return nearest;
        }
    }
}
