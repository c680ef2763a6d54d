// A joint that the policy acts on: a ConfigurableJoint with a slerp drive, whatever was there before.
// CharacterJoints have no drive, and HingeJoints one of another kind: both become the ConfigurableJoint that the training had.

using UnityEngine;

namespace Gaitsmith
{
    public sealed class RagdollJoint
    {
        readonly ActionRow m_Row;
        readonly RagdollBody m_Body;
        readonly bool m_IsFirst;

        public ConfigurableJoint Joint { get; }

        /// <summary>Call it in the start pose: what the joint is made of is its zero.</summary>
        public RagdollJoint(ActionRow row, JointRow joint, RagdollBody body, Joint there)
        {
            m_Row = row;
            m_Body = body;
            m_IsFirst = joint.which == 0;
            Joint = there as ConfigurableJoint ?? Replaced(there, joint);
            Joint.rotationDriveMode = RotationDriveMode.Slerp;
            LetGo();
        }

        /// <summary>What these actions say: each from -1 to 1, what lies beyond counts as the nearer end.</summary>
        public void Act(Unity.MLAgents.Actuators.ActionSegment<float> actions)
        {
            var target = Quaternion.Euler(
                Angle(actions, m_Row.x, m_Row.low.x, m_Row.high.x),
                Angle(actions, m_Row.y, m_Row.low.y, m_Row.high.y),
                Angle(actions, m_Row.z, m_Row.low.z, m_Row.high.z));
            // One whose strength is none of the actions pulls as hard as it may.
            Drive(target, m_Row.strength < 0 ? 1 : Fraction(actions[m_Row.strength]));
        }

        public void LetGo() => Drive(Quaternion.identity, m_Row.strength < 0 ? 1 : 0);

        void Drive(Quaternion target, float strength)
        {
            // What is observed is what was decided, of the first joint of a body.
            if (m_IsFirst) m_Body.Strength = m_Row.strength < 0 ? 0 : strength;
            Joint.targetRotation = target;
            Joint.slerpDrive = new JointDrive
            {
                positionSpring = m_Row.stiffness,
                positionDamper = m_Row.damping,
                maximumForce = strength * m_Row.maxStrength
            };
        }

        /// <summary>Degrees that an action stands for; an axis without one is held at 0.</summary>
        static float Angle(Unity.MLAgents.Actuators.ActionSegment<float> actions, int action, float low, float high) =>
            action < 0 ? 0 : Mathf.Lerp(low, high, Fraction(actions[action]));

        static float Fraction(float action) => Mathf.Clamp01((action + 1) / 2);

        static ConfigurableJoint Replaced(Joint old, JointRow row)
        {
            var owner = old.gameObject;
            var connectedBody = old.connectedBody;
            var anchor = old.anchor;
            var axis = old.axis;
            var isAutomatic = old.autoConfigureConnectedAnchor;
            var connectedAnchor = old.connectedAnchor;
            var enableCollision = old.enableCollision;
            var enablePreprocessing = old.enablePreprocessing;
            var massScale = old.massScale;
            var connectedMassScale = old.connectedMassScale;
            var breakForce = old.breakForce;
            var breakTorque = old.breakTorque;
            var secondaryAxis = row.secondaryAxis;
            SoftJointLimit lowX, highX, y = default(SoftJointLimit), z = default(SoftJointLimit);
            SoftJointLimitSpring springX = default(SoftJointLimitSpring), springYz = default(SoftJointLimitSpring);
            var character = old as CharacterJoint;
            if (character != null)
            {
                secondaryAxis = character.swingAxis;
                lowX = character.lowTwistLimit;
                highX = character.highTwistLimit;
                y = character.swing1Limit;
                z = character.swing2Limit;
                springX = character.twistLimitSpring;
                springYz = character.swingLimitSpring;
            }
            else
            {
                // A hinge turns its owner the other way about its axis than a ConfigurableJoint does.
                var hinge = (HingeJoint)old;
                lowX = new SoftJointLimit { limit = -hinge.limits.max };
                highX = new SoftJointLimit { limit = -hinge.limits.min };
            }
            // At once: two joints between the same bodies would fight for a step.
            Object.DestroyImmediate(old);
            var made = owner.AddComponent<ConfigurableJoint>();
            made.connectedBody = connectedBody;
            made.anchor = anchor;
            made.axis = axis;
            made.secondaryAxis = secondaryAxis;
            made.autoConfigureConnectedAnchor = isAutomatic;
            if (!isAutomatic) made.connectedAnchor = connectedAnchor;
            made.enableCollision = enableCollision;
            made.enablePreprocessing = enablePreprocessing;
            made.massScale = massScale;
            made.connectedMassScale = connectedMassScale;
            made.breakForce = breakForce;
            made.breakTorque = breakTorque;
            made.xMotion = made.yMotion = made.zMotion = ConfigurableJointMotion.Locked;
            made.angularXMotion = MotionOf(row.angular[0]);
            made.angularYMotion = MotionOf(row.angular[1]);
            made.angularZMotion = MotionOf(row.angular[2]);
            made.lowAngularXLimit = lowX;
            made.highAngularXLimit = highX;
            made.angularYLimit = y;
            made.angularZLimit = z;
            made.angularXLimitSpring = springX;
            made.angularYZLimitSpring = springYz;
            return made;
        }

        /// <summary>What the training's joint did along x, y or z (0, 1, 2).</summary>
        public static string LinearOf(JointRow row, int axis) =>
            row.linear == null || row.linear.Length == 0 ? "locked" : row.linear[axis];

        public static ConfigurableJointMotion MotionOf(string motion) =>
            motion == "free" ? ConfigurableJointMotion.Free
            : motion == "limited" ? ConfigurableJointMotion.Limited
            : ConfigurableJointMotion.Locked;
    }
}
