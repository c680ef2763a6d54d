// The cube to walk to. When the walker comes to touch it, the walker is rewarded and the cube moves on.

using UnityEngine;

namespace Gaitsmith
{
    public sealed class WalkerTarget : MonoBehaviour
    {
        WalkerAgent m_Agent;
        Rigidbody m_Body;
        // How many parts of the walker touch it.
        int m_Touching;

        public void Build(WalkerAgent agent)
        {
            m_Agent = agent;
            m_Body = gameObject.AddComponent<Rigidbody>();
            m_Body.mass = WalkerWorld.TargetMass;
            m_Body.SetDamping(WalkerWorld.TargetLinearDamping, WalkerWorld.TargetAngularDamping);
            m_Body.maxAngularVelocity = WalkerWorld.MaxAngularVelocity;
            m_Body.maxDepenetrationVelocity = WalkerWorld.MaxDepenetrationVelocity;
            m_Body.solverIterations = WalkerWorld.PositionIterations;
            m_Body.solverVelocityIterations = WalkerWorld.VelocityIterations;
            m_Body.sleepThreshold = WalkerWorld.SleepThreshold;
        }

        /// <summary>To a place that is drawn in a sphere, then to the one height from which it falls.</summary>
        public void Move()
        {
            var place = Random.insideUnitSphere * WalkerWorld.TargetRadius;
            place.y = 0;
            transform.localPosition = WalkerWorld.TargetPlace + place;
        }

        /// <summary>To a new place, upright and at rest.</summary>
        public void PutBack()
        {
            Move();
            transform.localRotation = Quaternion.identity;
            m_Body.Rest();
        }

        void OnCollisionEnter(Collision collision)
        {
            if (!IsWalker(collision)) return;
            m_Touching += 1;
            if (m_Touching == 1 && !m_Agent.HasFallen) m_Agent.TouchTarget();
        }

        void OnCollisionExit(Collision collision)
        {
            if (IsWalker(collision)) m_Touching -= 1;
        }

        static bool IsWalker(Collision collision) => collision.gameObject.GetComponent<WalkerPart>() != null;
    }
}
