// As much of UnityEngine as the walker's scripts use, in C# of our own: vectors and rotations computed by Unity's
// conventions, a tree of transforms, and components that remember what they are told. Nothing moves here by itself.
// With UNITY_6000_0_OR_NEWER it has the names of Unity 6, without it those of Unity 2021, and never both.

using System;
using System.Collections.Generic;
using System.Linq;

namespace UnityEngine
{
    public struct Vector3
    {
        public float x, y, z;

        public Vector3(float x, float y, float z)
        {
            this.x = x;
            this.y = y;
            this.z = z;
        }

        public static Vector3 zero => new Vector3(0, 0, 0);
        public static Vector3 one => new Vector3(1, 1, 1);
        public static Vector3 forward => new Vector3(0, 0, 1);
        public static Vector3 down => new Vector3(0, -1, 0);
        public float magnitude => (float)Math.Sqrt(x * x + y * y + z * z);
        public Vector3 normalized => magnitude > 1e-5f ? this / magnitude : zero;

        public static float Dot(Vector3 a, Vector3 b) => a.x * b.x + a.y * b.y + a.z * b.z;
        public static float Distance(Vector3 a, Vector3 b) => (a - b).magnitude;
        public static Vector3 Scale(Vector3 a, Vector3 b) => new Vector3(a.x * b.x, a.y * b.y, a.z * b.z);
        public static Vector3 Lerp(Vector3 a, Vector3 b, float t) => a + (b - a) * Mathf.Clamp01(t);
        public static Vector3 Cross(Vector3 a, Vector3 b) =>
            new Vector3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);

        public static Vector3 operator +(Vector3 a, Vector3 b) => new Vector3(a.x + b.x, a.y + b.y, a.z + b.z);
        public static Vector3 operator -(Vector3 a, Vector3 b) => new Vector3(a.x - b.x, a.y - b.y, a.z - b.z);
        public static Vector3 operator -(Vector3 a) => new Vector3(-a.x, -a.y, -a.z);
        public static Vector3 operator *(Vector3 a, float s) => new Vector3(a.x * s, a.y * s, a.z * s);
        public static Vector3 operator *(float s, Vector3 a) => a * s;
        public static Vector3 operator /(Vector3 a, float s) => new Vector3(a.x / s, a.y / s, a.z / s);
    }

    public struct Quaternion
    {
        public float x, y, z, w;

        public Quaternion(float x, float y, float z, float w)
        {
            this.x = x;
            this.y = y;
            this.z = z;
            this.w = w;
        }

        public static Quaternion identity => new Quaternion(0, 0, 0, 1);

        static Quaternion About(Vector3 axis, double degrees)
        {
            var half = degrees * Math.PI / 360;
            var s = (float)Math.Sin(half);
            return new Quaternion(axis.x * s, axis.y * s, axis.z * s, (float)Math.Cos(half));
        }

        /// About z first, then x, then y.
        public static Quaternion Euler(float x, float y, float z) =>
            About(new Vector3(0, 1, 0), y) * About(new Vector3(1, 0, 0), x) * About(new Vector3(0, 0, 1), z);

        public static Quaternion Inverse(Quaternion q) => new Quaternion(-q.x, -q.y, -q.z, q.w);

        /// Degrees between two rotations, 0 to 180.
        public static float Angle(Quaternion a, Quaternion b)
        {
            var dot = Math.Abs((double)a.x * b.x + (double)a.y * b.y + (double)a.z * b.z + (double)a.w * b.w);
            return dot >= 1 ? 0 : (float)(2 * Math.Acos(dot) * 180 / Math.PI);
        }

        /// z along the way, y as near to up as can be; of level ways alone.
        public static Quaternion LookRotation(Vector3 way)
        {
            if (way.y != 0) throw new NotSupportedException("LookRotation of a way that is not level");
            return About(new Vector3(0, 1, 0), Math.Atan2(way.x, way.z) * 180 / Math.PI);
        }

        public static Quaternion FromToRotation(Vector3 from, Vector3 to)
        {
            from = from.normalized;
            to = to.normalized;
            var cross = Vector3.Cross(from, to);
            var angle = Math.Atan2(cross.magnitude, Vector3.Dot(from, to)) * 180 / Math.PI;
            return cross.magnitude < 1e-6f ? identity : About(cross.normalized, angle);
        }

        public static Quaternion operator *(Quaternion a, Quaternion b) => new Quaternion(
            a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
            a.w * b.y + a.y * b.w + a.z * b.x - a.x * b.z,
            a.w * b.z + a.z * b.w + a.x * b.y - a.y * b.x,
            a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z);

        public static Vector3 operator *(Quaternion q, Vector3 v)
        {
            var axis = new Vector3(q.x, q.y, q.z);
            var t = Vector3.Cross(axis, v) * 2;
            return v + t * q.w + Vector3.Cross(axis, t);
        }
    }

    public static class Mathf
    {
        public static float Abs(float value) => Math.Abs(value);
        public static float Clamp(float value, float low, float high) => value < low ? low : value > high ? high : value;
        public static float Clamp01(float value) => Clamp(value, 0, 1);
        public static float Lerp(float a, float b, float t) => a + (b - a) * Clamp01(t);
        public static float Max(float a, float b) => Math.Max(a, b);
        public static int Max(int a, int b) => Math.Max(a, b);
        public static int Min(int a, int b) => Math.Min(a, b);
        public static float Pow(float a, float b) => (float)Math.Pow(a, b);
    }

    /// What is drawn is what a test says.
    public static class Random
    {
        public static readonly Queue<float> Drawn = new Queue<float>();

        /// The next number, from 0 to 1, over the range.
        public static float Range(float low, float high) => low + (high - low) * Next();

        public static Vector3 insideUnitSphere => new Vector3(Next(), Next(), Next());

        static float Next()
        {
            if (Drawn.Count == 0) throw new InvalidOperationException("more is drawn than there should be");
            return Drawn.Dequeue();
        }
    }

    public static class Time
    {
        public static float fixedDeltaTime = 0.02f;
        public static float deltaTime = 0.02f;
    }

    public static class Physics
    {
        public static Vector3 gravity = new Vector3(0, -9.81f, 0);
        public static float bounceThreshold = 2;
        public static int defaultSolverIterations = 6;
        public static int defaultSolverVelocityIterations = 1;
        public static float defaultContactOffset = 0.01f;
        public static float sleepThreshold = 0.005f;

        /// Pairs of layers that don't touch, the lower one first.
        public static readonly HashSet<string> Apart = new HashSet<string>();

        /// What a ray down finds: the ground, whose height a test says, and what lies above it.
        public static readonly List<KeyValuePair<Collider, float>> Below = new List<KeyValuePair<Collider, float>>();

        public static bool GetIgnoreLayerCollision(int one, int other) =>
            Apart.Contains(Math.Min(one, other) + " " + Math.Max(one, other));

        public static int RaycastNonAlloc(Vector3 from, Vector3 way, RaycastHit[] hits, float length)
        {
            if (way.x != 0 || way.y != -1 || way.z != 0) throw new NotSupportedException("a ray that is not down");
            var count = 0;
            foreach (var each in Below)
            {
                var distance = from.y - each.Value;
                if (distance >= 0 && distance <= length) hits[count++] = new RaycastHit(each.Key, distance);
            }
            return count;
        }
    }

    public struct RaycastHit
    {
        public RaycastHit(Collider collider, float distance)
        {
            this.collider = collider;
            this.distance = distance;
        }

        public Collider collider { get; }
        public float distance { get; }
    }

    public static class LayerMask
    {
        public static readonly Dictionary<int, string> Names = new Dictionary<int, string> { [0] = "Default" };

        public static string LayerToName(int layer)
        {
            string name;
            return Names.TryGetValue(layer, out name) ? name : "";
        }
    }

    public static class Debug
    {
        public static readonly List<string> Warnings = new List<string>();
        public static readonly List<string> Errors = new List<string>();

        public static void LogWarning(object message) => Warnings.Add(message.ToString());
        public static void LogWarning(object message, Object about) => Warnings.Add(message.ToString());
        public static void LogError(object message, Object about) => Errors.Add(message.ToString());
    }

    public sealed class UnityException : Exception
    {
        public UnityException(string message) : base(message)
        {
        }
    }

    public sealed class TextAsset : Object
    {
        public string text;
    }

    public class Object
    {
        public string name = "";

        public static void DestroyImmediate(Object what)
        {
            var component = (Component)what;
            component.gameObject.Components.Remove(component);
        }
    }

    public sealed class GameObject : Object
    {
        public static readonly List<GameObject> All = new List<GameObject>();

        public readonly List<Component> Components = new List<Component>();

        /// The project's tags; asking for another is an error of Unity's.
        public static readonly HashSet<string> Tags = new HashSet<string> { "Untagged", "ground" };

        public int layer = 0;
        public string tag = "Untagged";
        public Transform transform => (Transform)Components[0];

        public GameObject(string name)
        {
            this.name = name;
            AddComponent<Transform>();
            All.Add(this);
        }

        public T AddComponent<T>() where T : Component, new() => (T)AddComponent(typeof(T));

        public Component AddComponent(Type type)
        {
            var component = (Component)Activator.CreateInstance(type);
            component.gameObject = this;
            component.Made = ++Component.Count;
            Components.Add(component);
            return component;
        }

        public T GetComponent<T>() => Components.OfType<T>().FirstOrDefault();

        public T[] GetComponents<T>() => Components.OfType<T>().ToArray();

        public static GameObject FindWithTag(string tag)
        {
            if (!Tags.Contains(tag)) throw new UnityException($"Tag: {tag} is not defined.");
            return All.FirstOrDefault(each => each.tag == tag);
        }

        public static GameObject Find(string path)
        {
            return All.FirstOrDefault(each => each.transform.parent == null
                ? each.name == path
                : each.transform.parent.gameObject.name + "/" + each.name == path);
        }

        public static GameObject CreatePrimitive(PrimitiveType type)
        {
            var made = new GameObject(type.ToString());
            made.AddComponent<MeshRenderer>();
            if (type == PrimitiveType.Cube) made.AddComponent<BoxCollider>().size = Vector3.one;
            if (type == PrimitiveType.Sphere) made.AddComponent<SphereCollider>().radius = 0.5f;
            if (type == PrimitiveType.Capsule) made.AddComponent<CapsuleCollider>();
            return made;
        }
    }

    public class Component : Object
    {
        public static int Count;

        /// The how many-th component of all it is.
        public int Made { get; set; }
        public GameObject gameObject { get; set; }
        public new string name => gameObject.name;
        public Transform transform => gameObject.transform;
        public T GetComponent<T>() => gameObject.GetComponent<T>();
        public T[] GetComponents<T>() => gameObject.GetComponents<T>();
        public bool CompareTag(string tag) => gameObject.tag == tag;
    }

    public class MonoBehaviour : Component
    {
        public bool enabled = true;
    }

    public sealed class Transform : Component
    {
        public readonly List<Transform> Children = new List<Transform>();
        public Transform parent { get; private set; }
        public Vector3 localPosition;
        public Quaternion localRotation = Quaternion.identity;
        public Vector3 localScale = Vector3.one;

        Vector3 WorldScale => parent == null ? localScale : Vector3.Scale(parent.WorldScale, localScale);

        public Quaternion rotation
        {
            get { return parent == null ? localRotation : parent.rotation * localRotation; }
            set { localRotation = parent == null ? value : Quaternion.Inverse(parent.rotation) * value; }
        }

        public Vector3 position
        {
            get
            {
                return parent == null
                    ? localPosition
                    : parent.position + parent.rotation * Vector3.Scale(parent.WorldScale, localPosition);
            }
            set
            {
                if (parent != null && Vector3.Distance(parent.WorldScale, Vector3.one) > 0)
                    throw new NotSupportedException("a position in something that is scaled");
                localPosition = parent == null ? value : Quaternion.Inverse(parent.rotation) * (value - parent.position);
            }
        }

        public Vector3 forward => rotation * Vector3.forward;
        public Vector3 lossyScale => WorldScale;
        public int childCount => Children.Count;
        public Transform GetChild(int index) => Children[index];

        public void SetParent(Transform to, bool worldPositionStays)
        {
            if (worldPositionStays) throw new NotSupportedException("a world position that stays");
            if (parent != null) parent.Children.Remove(this);
            parent = to;
            to.Children.Add(this);
        }

        public void LookAt(Transform other)
        {
        }
    }

    public class Renderer : Component
    {
        public bool enabled = true;
    }

    public sealed class MeshRenderer : Renderer
    {
    }

    public sealed class Rigidbody : Component
    {
        public float mass = 1;
        public bool useGravity = true;
        public bool isKinematic = false;
        public float maxAngularVelocity = 7;
        public float maxDepenetrationVelocity = 10;
        public float sleepThreshold = 0.005f;
        public int solverIterations = 6;
        public int solverVelocityIterations = 1;
        public CollisionDetectionMode collisionDetectionMode = CollisionDetectionMode.Discrete;
        public Vector3 angularVelocity;
#if UNITY_6000_0_OR_NEWER
        public Vector3 linearVelocity;
        public float linearDamping = 0;
        public float angularDamping = 0.05f;
#else
        public Vector3 velocity;
        public float drag = 0;
        public float angularDrag = 0.05f;
#endif
    }

#if UNITY_6000_0_OR_NEWER
    public sealed class PhysicsMaterial : Object
#else
    public sealed class PhysicMaterial : Object
#endif
    {
        public float staticFriction = 0.6f;
        public float dynamicFriction = 0.6f;
        public float bounciness = 0;
    }

    public class Collider : Component
    {
        public float contactOffset = 0.01f;
        public bool isTrigger = false;
#if UNITY_6000_0_OR_NEWER
        public PhysicsMaterial sharedMaterial;
#else
        public PhysicMaterial sharedMaterial;
#endif
    }

    public sealed class BoxCollider : Collider
    {
        public Vector3 center;
        public Vector3 size = Vector3.one;
    }

    public sealed class SphereCollider : Collider
    {
        public Vector3 center;
        public float radius = 0.5f;
    }

    public sealed class CapsuleCollider : Collider
    {
        public Vector3 center;
        public float radius = 0.5f;
        public float height = 2;
        public int direction = 1;
    }

    public struct SoftJointLimit
    {
        public float limit { get; set; }
    }

    public struct SoftJointLimitSpring
    {
        public float spring { get; set; }
        public float damper { get; set; }
    }

    public struct JointDrive
    {
        public float positionSpring { get; set; }
        public float positionDamper { get; set; }
        public float maximumForce { get; set; }
    }

    public class Joint : Component
    {
        public Rigidbody connectedBody;
        public Vector3 anchor;
        public Vector3 axis = new Vector3(1, 0, 0);
        public bool autoConfigureConnectedAnchor = true;
        public Vector3 connectedAnchor;
        public bool enableCollision = false;
        public bool enablePreprocessing = true;
        public float massScale = 1;
        public float connectedMassScale = 1;
        public float breakForce = float.MaxValue;
        public float breakTorque = float.MaxValue;
    }

    public sealed class ConfigurableJoint : Joint
    {
        public Vector3 secondaryAxis = new Vector3(0, 1, 0);
        public ConfigurableJointMotion xMotion = ConfigurableJointMotion.Free;
        public ConfigurableJointMotion yMotion = ConfigurableJointMotion.Free;
        public ConfigurableJointMotion zMotion = ConfigurableJointMotion.Free;
        public ConfigurableJointMotion angularXMotion = ConfigurableJointMotion.Free;
        public ConfigurableJointMotion angularYMotion = ConfigurableJointMotion.Free;
        public ConfigurableJointMotion angularZMotion = ConfigurableJointMotion.Free;
        public SoftJointLimit lowAngularXLimit;
        public SoftJointLimit highAngularXLimit;
        public SoftJointLimit angularYLimit;
        public SoftJointLimit angularZLimit;
        public SoftJointLimit linearLimit;
        public SoftJointLimitSpring linearLimitSpring;
        public SoftJointLimitSpring angularXLimitSpring;
        public SoftJointLimitSpring angularYZLimitSpring;
        public RotationDriveMode rotationDriveMode = RotationDriveMode.XYAndZ;
        public JointDrive slerpDrive;
        public Quaternion targetRotation = Quaternion.identity;
    }

    public sealed class CharacterJoint : Joint
    {
        public Vector3 swingAxis = new Vector3(0, 1, 0);
        public SoftJointLimit lowTwistLimit;
        public SoftJointLimit highTwistLimit;
        public SoftJointLimit swing1Limit;
        public SoftJointLimit swing2Limit;
        public SoftJointLimitSpring twistLimitSpring;
        public SoftJointLimitSpring swingLimitSpring;
    }

    public struct JointLimits
    {
        public float min { get; set; }
        public float max { get; set; }
    }

    public sealed class HingeJoint : Joint
    {
        public bool useLimits = false;
        public JointLimits limits;
    }

    public sealed class FixedJoint : Joint
    {
    }

    /// With another thing, which has a collider.
    public sealed class Collision
    {
        public Collision(Collider collider)
        {
            this.collider = collider;
        }

        public Collider collider { get; }
        public GameObject gameObject => collider.gameObject;
    }

    public enum PrimitiveType { Sphere, Capsule, Cylinder, Cube, Plane, Quad }

    public enum CollisionDetectionMode { Discrete, Continuous, ContinuousDynamic, ContinuousSpeculative }

    public enum ConfigurableJointMotion { Locked, Limited, Free }

    public enum RotationDriveMode { XYAndZ, Slerp }

    public sealed class TooltipAttribute : Attribute
    {
        public TooltipAttribute(string text)
        {
        }
    }

    public sealed class RangeAttribute : Attribute
    {
        public RangeAttribute(float low, float high)
        {
        }
    }

    public sealed class AddComponentMenu : Attribute
    {
        public AddComponentMenu(string menu)
        {
        }
    }

    public sealed class DefaultExecutionOrder : Attribute
    {
        public readonly int order;

        public DefaultExecutionOrder(int order)
        {
            this.order = order;
        }
    }
}
