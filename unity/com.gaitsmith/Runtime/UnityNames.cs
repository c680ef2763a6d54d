// What Unity 6 calls otherwise than Unity 2021 to 2023 do, so that everything else here compiles for all of them.

using UnityEngine;

namespace Gaitsmith
{
    static class UnityNames
    {
        public static Vector3 Velocity(this Rigidbody body)
        {
#if UNITY_6000_0_OR_NEWER
            return body.linearVelocity;
#else
            return body.velocity;
#endif
        }

        /// <summary>No velocity, linear or angular.</summary>
        public static void Rest(this Rigidbody body)
        {
#if UNITY_6000_0_OR_NEWER
            body.linearVelocity = Vector3.zero;
#else
            body.velocity = Vector3.zero;
#endif
            body.angularVelocity = Vector3.zero;
        }

        public static float LinearDamping(this Rigidbody body)
        {
#if UNITY_6000_0_OR_NEWER
            return body.linearDamping;
#else
            return body.drag;
#endif
        }

        public static float AngularDamping(this Rigidbody body)
        {
#if UNITY_6000_0_OR_NEWER
            return body.angularDamping;
#else
            return body.angularDrag;
#endif
        }

        /// <summary>How much of its velocities a body loses, each second.</summary>
        public static void SetDamping(this Rigidbody body, float linear, float angular)
        {
#if UNITY_6000_0_OR_NEWER
            body.linearDamping = linear;
            body.angularDamping = angular;
#else
            body.drag = linear;
            body.angularDrag = angular;
#endif
        }

        /// <summary>Static and dynamic friction; what touches doesn't bounce.</summary>
        public static void SetFriction(this Collider collider, float friction)
        {
#if UNITY_6000_0_OR_NEWER
            var surface = new PhysicsMaterial();
#else
            var surface = new PhysicMaterial();
#endif
            surface.staticFriction = friction;
            surface.dynamicFriction = friction;
            surface.bounciness = 0;
            collider.sharedMaterial = surface;
        }
    }
}
