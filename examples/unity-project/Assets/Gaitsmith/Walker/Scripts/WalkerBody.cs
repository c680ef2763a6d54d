// Builds the walker's ragdoll out of WalkerRig at Play, moves its joints and puts it back to its start.
// The parts are nested like the parts of a body, so that a part's local rotation is the one relative to its parent.

using UnityEngine;

namespace Gaitsmith
{
    /// <summary>A part of the walker that exists in the scene.</summary>
    public sealed class WalkerPart : MonoBehaviour
    {
        public Part Part { get; private set; }
        public Rigidbody Rigidbody { get; private set; }
        public bool TouchesGround { get; private set; }

        /// <summary>Torque that the joint's motor may use now, in N m. Stays as it is when an episode ends.</summary>
        public float Strength { get; private set; }

        WalkerAgent m_Agent;
        ConfigurableJoint m_Joint;

        public void Build(WalkerAgent agent, Part part)
        {
            m_Agent = agent;
            Part = part;
            AddCollider(part.Shape);
            AddSkin(part.Shape);
            Rigidbody = gameObject.AddComponent<Rigidbody>();
            Rigidbody.mass = part.Mass;
            Rigidbody.linearDamping = WalkerRig.Drag;
            Rigidbody.angularDamping = WalkerRig.Drag;
            Rigidbody.maxAngularVelocity = WalkerRig.MaxAngularVelocity;
            Rigidbody.maxDepenetrationVelocity = WalkerRig.MaxDepenetrationVelocity;
            Rigidbody.collisionDetectionMode = CollisionDetectionMode.ContinuousSpeculative;
        }

        /// <summary>Call it when every part is in its start pose: that pose is what the joint takes for zero.</summary>
        public void Join(Rigidbody parent)
        {
            var coupling = Part.Coupling;
            m_Joint = gameObject.AddComponent<ConfigurableJoint>();
            m_Joint.connectedBody = parent;
            m_Joint.anchor = coupling.Anchor;
            m_Joint.axis = coupling.Axis;
            m_Joint.secondaryAxis = coupling.SecondaryAxis;
            m_Joint.autoConfigureConnectedAnchor = true;
            m_Joint.xMotion = m_Joint.yMotion = m_Joint.zMotion = ConfigurableJointMotion.Locked;
            m_Joint.angularXMotion = Motion(coupling.TurnsAboutX);
            m_Joint.angularYMotion = Motion(coupling.TurnsAboutY);
            m_Joint.angularZMotion = Motion(coupling.TurnsAboutZ);
            m_Joint.lowAngularXLimit = new SoftJointLimit { limit = coupling.LowX };
            m_Joint.highAngularXLimit = new SoftJointLimit { limit = coupling.HighX };
            m_Joint.angularYLimit = new SoftJointLimit { limit = coupling.LimitY };
            m_Joint.angularZLimit = new SoftJointLimit { limit = coupling.LimitZ };
            if (!coupling.IsDriven) return;
            m_Joint.rotationDriveMode = RotationDriveMode.Slerp;
            Drive(WalkerRig.MaxStrength);
        }

        /// <summary>Where the joint is to turn: each of x, y and z from -1 to 1 over the range of that axis.</summary>
        public void SetTarget(float x, float y, float z)
        {
            var coupling = Part.Coupling;
            m_Joint.targetRotation = Quaternion.Euler(
                Mathf.Lerp(coupling.LowX, coupling.HighX, (x + 1) / 2),
                Mathf.Lerp(-coupling.LimitY, coupling.LimitY, (y + 1) / 2),
                Mathf.Lerp(-coupling.LimitZ, coupling.LimitZ, (z + 1) / 2));
        }

        /// <summary>How hard the motor may pull: from -1, not at all, to 1, with all its strength.</summary>
        public void SetStrength(float strength)
        {
            Strength = (strength + 1) / 2 * WalkerRig.MaxStrength;
            Drive(Strength);
        }

        public void PutBack(Quaternion rotation)
        {
            transform.localPosition = Part.Parent.HasValue ? Part.Position : WalkerRig.HipsPosition;
            transform.localRotation = rotation;
            Rigidbody.linearVelocity = Vector3.zero;
            Rigidbody.angularVelocity = Vector3.zero;
            TouchesGround = false;
        }

        void Drive(float maximumForce)
        {
            m_Joint.slerpDrive = new JointDrive
            {
                positionSpring = WalkerRig.Spring,
                positionDamper = WalkerRig.Damper,
                maximumForce = maximumForce
            };
        }

        void OnCollisionEnter(Collision collision)
        {
            if (!m_Agent.IsGround(collision.collider)) return;
            TouchesGround = true;
            if (!Part.MayTouchGround) m_Agent.Fall();
        }

        void OnCollisionExit(Collision collision)
        {
            if (m_Agent.IsGround(collision.collider)) TouchesGround = false;
        }

        void AddCollider(Shape shape)
        {
            switch (shape.Kind)
            {
                case PrimitiveType.Capsule:
                    var capsule = gameObject.AddComponent<CapsuleCollider>();
                    capsule.radius = shape.Radius;
                    capsule.height = shape.Height;
                    capsule.direction = shape.Axis;
                    break;
                case PrimitiveType.Sphere:
                    gameObject.AddComponent<SphereCollider>().radius = shape.Radius;
                    break;
                default:
                    var box = gameObject.AddComponent<BoxCollider>();
                    box.size = shape.Size;
                    box.center = shape.Center;
                    break;
            }
        }

        /// <summary>Something to see, without a collider of its own. Unity's capsule is 2 high along y, 0.5 in radius.</summary>
        void AddSkin(Shape shape)
        {
            var skin = GameObject.CreatePrimitive(shape.Kind);
            DestroyImmediate(skin.GetComponent<Collider>());
            skin.name = "Skin";
            skin.transform.SetParent(transform, false);
            skin.transform.localPosition = shape.Center;
            switch (shape.Kind)
            {
                case PrimitiveType.Capsule:
                    skin.transform.localScale = new Vector3(2 * shape.Radius, shape.Height / 2, 2 * shape.Radius);
                    if (shape.Axis == 0) skin.transform.localRotation = Quaternion.Euler(0, 0, 90);
                    break;
                case PrimitiveType.Sphere:
                    skin.transform.localScale = Vector3.one * (2 * shape.Radius);
                    break;
                default:
                    skin.transform.localScale = shape.Size;
                    break;
            }
        }

        static ConfigurableJointMotion Motion(bool turns) =>
            turns ? ConfigurableJointMotion.Limited : ConfigurableJointMotion.Locked;
    }

    /// <summary>All parts of one walker, in the order in which the policy observes them.</summary>
    public sealed class WalkerBody
    {
        public readonly WalkerPart[] Parts;

        public WalkerPart this[Body body] => Parts[(int)body];

        public WalkerBody(WalkerAgent agent)
        {
            Parts = new WalkerPart[WalkerRig.Parts.Length];
            foreach (var part in WalkerRig.Parts)
            {
                Parts[(int)part.Body] = new GameObject(part.Body.ToString()).AddComponent<WalkerPart>();
            }
            // The hips hold everything else. Inactive until all is whole: a joint fixes its zero pose when it wakes.
            this[Body.Hips].gameObject.SetActive(false);
            foreach (var part in WalkerRig.Parts)
            {
                var own = this[part.Body].transform;
                own.SetParent(part.Parent.HasValue ? this[part.Parent.Value].transform : agent.transform, false);
                own.localPosition = part.Parent.HasValue ? part.Position : WalkerRig.HipsPosition;
            }
            foreach (var part in WalkerRig.Parts) this[part.Body].Build(agent, part);
            foreach (var part in WalkerRig.Parts)
            {
                if (part.Parent.HasValue) this[part.Body].Join(this[part.Parent.Value].Rigidbody);
            }
            this[Body.Hips].gameObject.SetActive(true);
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
            foreach (var part in Parts) sum += part.Rigidbody.linearVelocity;
            return sum / Parts.Length;
        }
    }
}
