// The frame in which the walker sees: z level and towards the target, y up, its origin at the hips.

using UnityEngine;

namespace Gaitsmith
{
    public sealed class GoalFrame
    {
        /// <summary>Its z axis in the world.</summary>
        public Vector3 Forward { get; private set; } = Vector3.forward;

        public Vector3 Origin { get; private set; }

        public Quaternion Rotation => Quaternion.LookRotation(Forward);

        /// <summary>At the start of an episode: at the hips, and from there towards the target.</summary>
        public void PutBack(Vector3 hips, Vector3 target)
        {
            Origin = hips;
            Follow(hips, target);
        }

        /// <summary>
        /// After each physics step: turns towards the target as seen from where the frame is, and only then moves to the
        /// hips. ML-Agents' own Walker does it in this order, and so do the worlds that Gaitsmith trains in.
        /// </summary>
        public void Follow(Vector3 hips, Vector3 target)
        {
            var way = target - Origin;
            way.y = 0;
            Origin = hips;
            // Right above the target no direction is the goal's: the last one stays.
            if (way.magnitude > 1e-5f) Forward = way.normalized;
        }

        /// <summary>Where and how another one is now.</summary>
        public void BecomeAs(GoalFrame other)
        {
            Origin = other.Origin;
            Forward = other.Forward;
        }

        /// <summary>A vector of the world, seen in the frame.</summary>
        public Vector3 See(Vector3 vector) => Quaternion.Inverse(Rotation) * vector;

        /// <summary>The shortest rotation, in the world, from where something looks to the goal.</summary>
        public Quaternion From(Transform looking) => Quaternion.FromToRotation(looking.forward, Forward);
    }
}
