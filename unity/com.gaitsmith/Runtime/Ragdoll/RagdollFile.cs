// What Gaitsmith says of a character: its bodies, joints, observation and actions, and the world that its policy was trained
// in. `gaitsmith deploy --attach` writes it beside the model, made of the very rig and character that were trained.
// The fields have the names of the file, for JsonUtility reads it. An index of -1 stands for none.

using System;
using UnityEngine;

namespace Gaitsmith
{
    [Serializable]
    public sealed class RagdollFile
    {
        /// <summary>The format that this script reads.</summary>
        public const int Format = 1;

        public int format;

        /// <summary>The behaviour's name.</summary>
        public string name;

        public BodyRow[] bodies;
        public JointRow[] joints;

        /// <summary>Indices of the bodies whose mean velocity is the ragdoll's.</summary>
        public int[] observed;

        public FrameRow frame;
        public SensorRow[] sensors;
        public ActionRow[] actions;
        public int actionSize;
        public TargetRow target;
        public EndingRow endings;
        public WorldRow world;

        /// <summary>Layers that don't touch one another; all others do.</summary>
        public LayerPair[] apart;

        /// <returns>null where the text is no such file</returns>
        public static RagdollFile Read(string text)
        {
            try
            {
                return JsonUtility.FromJson<RagdollFile>(text);
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
    }

    [Serializable]
    public sealed class BodyRow
    {
        public string name;

        /// <summary>From the agent's own object: "hips/spine"; of siblings of one name, "tail/Segment[1]".</summary>
        public string path;

        /// <summary>The nearest body above it.</summary>
        public int parent;

        /// <summary>In the start pose, from the first body; metres, in the axes of the world.</summary>
        public Vector3 place;

        /// <summary>In the start pose, x y z w.</summary>
        public Quaternion rotation;

        /// <summary>Kilograms, 1/s, rad/s.</summary>
        public float mass;
        public float linearDamping;
        public float angularDamping;
        public float maxAngularVelocity;

        public bool useGravity;
        public bool kinematic;
        public string layer;

        /// <summary>Whether the episode ends when it touches the ground.</summary>
        public bool endsOnGround;
    }

    /// <summary>Every number in the sense of a ConfigurableJoint, whatever Unity has there. Degrees.</summary>
    [Serializable]
    public sealed class JointRow
    {
        public string name;

        /// <summary>The body that owns it, the how many-th joint of that one it is, and the body that it is connected to.</summary>
        public int body;
        public int which;
        public int connectedTo;

        /// <summary>"configurable", "character", "hinge" or "fixed".</summary>
        public string type;

        /// <summary>In the body, with its scale worked in.</summary>
        public Vector3 anchor;
        public Vector3 axis;
        public Vector3 secondaryAxis;

        /// <summary>Along x, y and z, and about them: "locked", "limited" or "free". Files of before have no linear ones: all are locked.</summary>
        public string[] linear;
        public string[] angular;
        public float lowX;
        public float highX;
        public float limitY;
        public float limitZ;

        /// <summary>Metres that the limited ones of the linear axes may give; and their spring, N/m and N s/m.</summary>
        public float linearLimit;
        public float springLinear;
        public float damperLinear;

        /// <summary>Of soft limits about x, and about y and z: N m/rad and N m s/rad. A spring of 0: the limit is hard.</summary>
        public float springX;
        public float damperX;
        public float springYz;
        public float damperYz;
    }

    /// <summary>What the policy does to a joint, and the drive that does it: N m/rad, N m s/rad, N m.</summary>
    [Serializable]
    public sealed class ActionRow
    {
        public int joint;

        /// <summary>Actions that turn it about x, y and z, and the one of its strength.</summary>
        public int x;
        public int y;
        public int z;
        public int strength;

        /// <summary>Degrees that -1 and 1 stand for.</summary>
        public Vector3 low;
        public Vector3 high;

        public float stiffness;
        public float damping;
        public float maxStrength;
    }

    [Serializable]
    public sealed class FrameRow
    {
        public int body;

        /// <summary>Physics steps that the frame is behind what is seen in it: 0 or 1.</summary>
        public int lag;
    }

    /// <summary>One input of the policy.</summary>
    [Serializable]
    public sealed class SensorRow
    {
        public string name;
        public int size;
        public ObservedRow[] rows;
    }

    /// <summary>What is observed, of which body, and how many numbers that is.</summary>
    [Serializable]
    public sealed class ObservedRow
    {
        public string row;
        public int body;
        public int size;

        /// <summary>Metres, of a ray.</summary>
        public float length;
    }

    [Serializable]
    public sealed class TargetRow
    {
        /// <summary>m/s; of the training.</summary>
        public float lowSpeed;
        public float highSpeed;

        /// <summary>How far ahead it is where there is none, and how far above the first body's start; metres.</summary>
        public float ahead;
        public float above;
    }

    [Serializable]
    public sealed class EndingRow
    {
        /// <summary>The body that is not to sink so many metres.</summary>
        public int fallBody;
        public float fallMetres;
    }

    /// <summary>What the project's settings have to be.</summary>
    [Serializable]
    public sealed class WorldRow
    {
        public float timeStep;
        public float gravity;
        public int positionIterations;
        public int velocityIterations;

        /// <summary>As Unity numbers them in ProjectSettings/DynamicsManager.asset.</summary>
        public int solverType;
        public int frictionType;

        public float bounceThreshold;
        public float contactOffset;
        public float sleepThreshold;
        public float maxDepenetrationVelocity;

        /// <summary>Physics steps from one decision to the next.</summary>
        public int decisionPeriod;

        public string groundTag;
    }

    [Serializable]
    public sealed class LayerPair
    {
        public string one;
        public string other;
    }
}
