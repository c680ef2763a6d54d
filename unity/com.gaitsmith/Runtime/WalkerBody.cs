// Builds the walker's ragdoll out of WalkerRig at Play and puts it back to its start.
// The parts are nested like the parts of a body, so that a part's local rotation is the one relative to its parent.

using UnityEngine;

namespace Gaitsmith
{
    /// <summary>All parts of one walker, in the order in which the policy observes them.</summary>
    public sealed class WalkerBody
    {
        public readonly WalkerPart[] Parts;

        public WalkerPart this[Body body] => Parts[(int)body];

        public Transform Hips => Parts[0].transform;

        public WalkerBody(WalkerAgent agent)
        {
            Parts = new WalkerPart[WalkerRig.Parts.Length];
            // Every part in its start pose, the children of each in the order that they have in ML-Agents' own prefab.
            foreach (var body in WalkerRig.TreeOrder)
            {
                var part = WalkerRig.Parts[(int)body];
                var own = new GameObject(body.ToString());
                var parent = part.Parent.HasValue ? this[part.Parent.Value].transform : agent.transform;
                own.transform.SetParent(parent, false);
                own.transform.localPosition = part.Position;
                Parts[(int)body] = own.AddComponent<WalkerPart>();
            }
            // PhysX solves the joint that was made last before all others. So what is to be solved first comes last.
            foreach (var body in WalkerRig.EnteringOrder) this[body].Build(agent, WalkerRig.Parts[(int)body]);
            foreach (var body in WalkerRig.EnteringOrder)
            {
                var parent = this[body].Part.Parent;
                if (parent.HasValue) this[body].Join(this[parent.Value].Rigidbody);
            }
        }

        /// <summary>Back to the start pose and at rest, the whole of it turned about the vertical.</summary>
        public void PutBack(float degrees)
        {
            foreach (var part in Parts)
            {
                part.PutBack(part.Part.Parent.HasValue ? Quaternion.identity : Quaternion.Euler(0, degrees, 0));
            }
        }

        /// <summary>Mean velocity of the parts, each counting the same.</summary>
        public Vector3 MeanVelocity()
        {
            var sum = Vector3.zero;
            foreach (var part in Parts) sum += part.Rigidbody.Velocity();
            return sum / Parts.Length;
        }
    }
}
