// What a walker has around it, built at Play: ground, walls, and the cube to walk to.

using UnityEngine;

namespace Gaitsmith
{
    public sealed class WalkerPlatform
    {
        public readonly Collider Ground;
        public readonly WalkerTarget Target;

        readonly Transform m_Around;

        public WalkerPlatform(WalkerAgent agent)
        {
            m_Around = agent.transform;
            const float edge = WalkerWorld.GroundEdge;
            const float height = WalkerWorld.WallHeight;
            const float thickness = WalkerWorld.WallThickness;
            const float away = (edge + thickness) / 2;
            Ground = Block("Ground", new Vector3(0, WalkerWorld.GroundHeight - 0.5f, 0), new Vector3(edge, 1, edge));
            foreach (var side in new[] { away, -away })
            {
                Wall(new Vector3(side, height / 2, 0), new Vector3(thickness, height, edge));
                Wall(new Vector3(0, height / 2, side), new Vector3(edge, height, thickness));
            }
            var cube = Block("Target", Vector3.zero, Vector3.one * WalkerWorld.TargetEdge);
            Target = cube.gameObject.AddComponent<WalkerTarget>();
            Target.Build(agent);
        }

        /// <summary>Walls hold walker and target without being seen.</summary>
        void Wall(Vector3 center, Vector3 size) =>
            Block("Wall", center, size).GetComponent<Renderer>().enabled = false;

        Collider Block(string called, Vector3 center, Vector3 size)
        {
            var block = GameObject.CreatePrimitive(PrimitiveType.Cube);
            block.name = called;
            block.transform.SetParent(m_Around, false);
            block.transform.localPosition = center;
            block.transform.localScale = size;
            var collider = block.GetComponent<Collider>();
            collider.SetFriction(WalkerWorld.Friction);
            collider.contactOffset = WalkerWorld.ContactOffset;
            return collider;
        }
    }
}
