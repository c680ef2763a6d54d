// A body of the ragdoll: where it starts, what it is told that no file says, and whether it touches the ground.
// The agent adds it at Awake to each object with a Rigidbody that the policy knows, and so hears of its contacts.

using System;
using System.Collections.Generic;
using UnityEngine;

namespace Gaitsmith
{
    public sealed class RagdollBody : MonoBehaviour
    {
        static readonly Predicate<Collider> k_IsGone = each => each == null;

        readonly HashSet<Collider> m_Ground = new HashSet<Collider>();
        string m_GroundTag;
        Vector3 m_StartPosition;
        Quaternion m_StartRotation;

        public BodyRow Row { get; private set; }
        public Rigidbody Rigidbody { get; private set; }

        /// <summary>Strength of its motor over the greatest, 0 to 1: none before the first action of an episode.</summary>
        public float Strength { get; set; }

        public bool TouchesGround
        {
            get
            {
                // Ground that was destroyed sends no exit.
                m_Ground.RemoveWhere(k_IsGone);
                return m_Ground.Count > 0;
            }
        }

        public void SetUp(BodyRow row, WorldRow world)
        {
            Row = row;
            m_GroundTag = world.groundTag;
            Rigidbody = GetComponent<Rigidbody>();
            Rigidbody.maxAngularVelocity = row.maxAngularVelocity;
            Rigidbody.maxDepenetrationVelocity = world.maxDepenetrationVelocity;
            m_StartPosition = transform.position;
            m_StartRotation = transform.rotation;
        }

        /// <summary>To its start, at rest, all of the ragdoll turned by the same about a point.</summary>
        public void PutBack(Vector3 about, Quaternion turn)
        {
            transform.position = about + turn * (m_StartPosition - about);
            transform.rotation = turn * m_StartRotation;
            if (!Rigidbody.isKinematic) Rigidbody.Rest();
            Strength = 0;
            m_Ground.Clear();
        }

        public Vector3 StartPosition => m_StartPosition;
        public Quaternion StartRotation => m_StartRotation;

        void OnCollisionEnter(Collision collision)
        {
            if (collision.collider.CompareTag(m_GroundTag)) m_Ground.Add(collision.collider);
        }

        // A foot that is put back while it touches the ground may touch it still: then nothing is entered again.
        void OnCollisionStay(Collision collision) => OnCollisionEnter(collision);

        void OnCollisionExit(Collision collision) => m_Ground.Remove(collision.collider);
    }
}
