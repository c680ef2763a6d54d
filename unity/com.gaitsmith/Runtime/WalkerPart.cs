// A part of the walker that exists in the scene: its collider, its body, its joint with the motor, and what it touches.

using UnityEngine;

namespace Gaitsmith
{
    public sealed class WalkerPart : MonoBehaviour
    {
        public Part Part { get; private set; }
        public Rigidbody Rigidbody { get; private set; }
        public bool TouchesGround { get; private set; }

        /// <summary>Torque that the motor may use now, in N m: none before the first action of an episode.</summary>
        public float Strength { get; private set; }

        WalkerAgent m_Agent;
        ConfigurableJoint m_Joint;

        public void Build(WalkerAgent agent, Part part)
        {
            m_Agent = agent;
            Part = part;
            Rigidbody = gameObject.AddComponent<Rigidbody>();
            Rigidbody.mass = part.Mass;
            Rigidbody.SetDamping(WalkerRig.LinearDamping, WalkerRig.AngularDamping);
            Rigidbody.maxAngularVelocity = WalkerWorld.MaxAngularVelocity;
            Rigidbody.maxDepenetrationVelocity = WalkerWorld.MaxDepenetrationVelocity;
            Rigidbody.solverIterations = WalkerWorld.PositionIterations;
            Rigidbody.solverVelocityIterations = WalkerWorld.VelocityIterations;
            Rigidbody.sleepThreshold = WalkerWorld.SleepThreshold;
            Rigidbody.collisionDetectionMode = CollisionDetectionMode.ContinuousSpeculative;
            var collider = AddCollider(part.Shape);
            collider.SetFriction(WalkerWorld.Friction);
            collider.contactOffset = WalkerWorld.ContactOffset;
            AddSkin(part.Shape);
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
            if (coupling.IsDriven) m_Joint.rotationDriveMode = RotationDriveMode.Slerp;
            LetGo();
        }

        /// <summary>Where the joint is to turn, and how hard its motor may pull: from 0, not at all, to 1.</summary>
        public void Drive(Quaternion target, float strength)
        {
            Strength = strength * WalkerRig.MaxStrength;
            m_Joint.targetRotation = target;
            m_Joint.slerpDrive = new JointDrive
            {
                positionSpring = WalkerRig.Stiffness,
                positionDamper = WalkerRig.Damping,
                maximumForce = Strength
            };
        }

        /// <summary>Back to its place, at rest, with its motor let go until the first action of the episode.</summary>
        public void PutBack(Quaternion rotation)
        {
            transform.localPosition = Part.Position;
            transform.localRotation = rotation;
            Rigidbody.Rest();
            TouchesGround = false;
            LetGo();
        }

        void LetGo()
        {
            if (m_Joint != null && Part.Coupling.IsDriven) Drive(Quaternion.identity, 0);
        }

        void OnCollisionEnter(Collision collision)
        {
            if (m_Agent.HasFallen || !m_Agent.IsGround(collision.collider)) return;
            TouchesGround = true;
            if (!Part.MayTouchGround) m_Agent.Fall();
        }

        // A foot that is put back while it touches the ground may touch it still: then nothing is entered again.
        void OnCollisionStay(Collision collision) => OnCollisionEnter(collision);

        void OnCollisionExit(Collision collision)
        {
            if (m_Agent.IsGround(collision.collider)) TouchesGround = false;
        }

        Collider AddCollider(Shape shape)
        {
            switch (shape.Kind)
            {
                case PrimitiveType.Capsule:
                    var capsule = gameObject.AddComponent<CapsuleCollider>();
                    capsule.radius = shape.Radius;
                    capsule.height = shape.Height;
                    capsule.direction = shape.Axis;
                    return capsule;
                case PrimitiveType.Sphere:
                    var sphere = gameObject.AddComponent<SphereCollider>();
                    sphere.radius = shape.Radius;
                    return sphere;
                default:
                    var box = gameObject.AddComponent<BoxCollider>();
                    box.size = shape.Size;
                    box.center = shape.Center;
                    return box;
            }
        }

        /// <summary>Something to see, without a collider. Unity's capsule is 2 high along y, 0.5 in radius.</summary>
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
                    if (shape.Axis == 2) skin.transform.localRotation = Quaternion.Euler(90, 0, 0);
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
}
