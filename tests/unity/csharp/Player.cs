// Plays a walker of the package's by a script of lines, as Unity and ML-Agents would call it. Says what came of it in
// lines of JSON.
//
//   build PERIOD           the agent is initialised; says all that it built
//   random N...            what will be drawn next
//   begin                  the Academy's first reset; says how the episode starts
//   step N...              a physics step led to these poses: for each part and then the target position (3), rotation (4),
//                          velocity (3), angular velocity (3), touches the ground, touches the target. Says the reward since
//                          the last decision, where the target is, and how the next episode starts where one ended.
//   decide N...            observes, takes these actions, and says both

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using Unity.MLAgents;
using Unity.MLAgents.Actuators;
using Unity.MLAgents.Sensors;
using UnityEngine;

namespace Gaitsmith
{
    public static class Player
    {
        // Where the platform stands, so that no place in the world may be taken for one on the platform.
        static readonly Vector3 k_Away = new Vector3(32, 0, -64);

        static WalkerAgent s_Agent;
        static WalkerPart[] s_Parts;
        static WalkerTarget s_Target;
        static Collider s_Ground;
        static readonly HashSet<object> s_OnGround = new HashSet<object>();
        static readonly HashSet<object> s_OnTarget = new HashSet<object>();

        public static void Play(IEnumerable<Line> script, TextWriter said)
        {
            GameObject.All.Clear();
            Debug.Warnings.Clear();
            UnityEngine.Random.Drawn.Clear();
            Component.Count = 0;
            s_OnGround.Clear();
            s_OnTarget.Clear();
            foreach (var line in script)
            {
                var numbers = line.Numbers;
                switch (line.What)
                {
                    case "build":
                        Build((int)numbers[0]);
                        said.WriteLine(Object("built", Json(s_Agent.gameObject), "warnings", Json(Debug.Warnings),
                            "order", Json(Order())));
                        break;
                    case "random":
                        foreach (var number in numbers) UnityEngine.Random.Drawn.Enqueue(number);
                        break;
                    case "begin":
                        s_Agent.OnEpisodeBegin();
                        said.WriteLine(Object("reward", "null", "start", Start()));
                        break;
                    case "step":
                        Step(numbers);
                        said.WriteLine(Earned());
                        break;
                    case "decide":
                        said.WriteLine(Decide(numbers));
                        break;
                    default:
                        throw new ArgumentException(line.What);
                }
            }
        }

        static void Build(int period)
        {
            Time.fixedDeltaTime = WalkerWorld.TimeStep;
            Physics.gravity = new Vector3(0, -WalkerWorld.Gravity, 0);
            Physics.bounceThreshold = WalkerWorld.BounceThreshold;
            var walker = new GameObject("Walker");
            walker.transform.localPosition = k_Away;
            walker.AddComponent<DecisionRequester>().DecisionPeriod = period;
            s_Agent = walker.AddComponent<WalkerAgent>();
            s_Agent.Initialize();
            s_Parts = Enum.GetNames(typeof(Body)).Select(name => Named(name).GetComponent<WalkerPart>()).ToArray();
            s_Target = Named("Target").GetComponent<WalkerTarget>();
            s_Ground = Named("Ground").GetComponent<Collider>();
            // The agent's first FixedUpdate comes before the Academy's first step, which begins the episode.
            Send(s_Agent, "FixedUpdate");
        }

        /// When Unity calls the agent in a frame: the Academy is called at 0.
        static int Order() => typeof(WalkerAgent).GetCustomAttributes(typeof(DefaultExecutionOrder), true)
            .Cast<DefaultExecutionOrder>().Select(attribute => attribute.order).FirstOrDefault();

        static GameObject Named(string name) => GameObject.All.Single(each => each.name == name);

        static void Step(float[] numbers)
        {
            var next = 0;
            Func<float> read = () => numbers[next++];
            Func<Vector3> vector = () => new Vector3(read(), read(), read());
            var onGround = new List<object>();
            var onTarget = new List<object>();
            var poses = new Dictionary<Transform, KeyValuePair<Vector3, Quaternion>>();
            foreach (var thing in s_Parts.Cast<MonoBehaviour>().Concat(new MonoBehaviour[] { s_Target }))
            {
                var body = thing.GetComponent<Rigidbody>();
                poses[thing.transform] = new KeyValuePair<Vector3, Quaternion>(
                    vector() + k_Away, new Quaternion(read(), read(), read(), read()));
#if UNITY_6000_0_OR_NEWER
                body.linearVelocity = vector();
#else
                body.velocity = vector();
#endif
                body.angularVelocity = vector();
                if (read() != 0) onGround.Add(thing);
                if (read() != 0) onTarget.Add(thing);
            }
            Place(s_Agent.transform, poses);
            var target = s_Target.GetComponent<Collider>();
            foreach (var part in s_Parts)
            {
                Touch(part, s_Ground, s_OnGround, onGround);
                Touch(part, target, s_OnTarget, onTarget);
                Message(s_Target, part.GetComponent<Collider>(), s_OnTarget.Contains(part), onTarget.Contains(part));
            }
            s_OnGround.Clear();
            s_OnGround.UnionWith(onGround);
            s_OnTarget.Clear();
            s_OnTarget.UnionWith(onTarget);
            Send(s_Agent, "FixedUpdate");
        }

        /// Each before its children, which move with it.
        static void Place(Transform thing, IDictionary<Transform, KeyValuePair<Vector3, Quaternion>> poses)
        {
            if (poses.ContainsKey(thing))
            {
                thing.position = poses[thing].Key;
                thing.rotation = poses[thing].Value;
            }
            foreach (var child in thing.Children) Place(child, poses);
        }

        static void Touch(WalkerPart part, Collider other, ICollection<object> before, ICollection<object> now) =>
            Message(part, other, before.Contains(part), now.Contains(part));

        static void Message(object to, Collider other, bool before, bool now)
        {
            if (!before && !now) return;
            Send(to, before ? now ? "OnCollisionStay" : "OnCollisionExit" : "OnCollisionEnter", new Collision(other));
        }

        static string Decide(float[] actions)
        {
            var sensor = new VectorSensor(0);
            s_Agent.CollectObservations(sensor);
            s_Agent.Reward = 0;
            s_Agent.OnActionReceived(new ActionBuffers(actions));
            var joints = s_Parts.Select(part => part.GetComponent<ConfigurableJoint>());
            return Object("observation", Json(sensor.Observations), "motors", Json(joints.Select(joint =>
                joint == null || joint.rotationDriveMode != RotationDriveMode.Slerp
                    ? null
                    : new object[] { joint.targetRotation, joint.slerpDrive.maximumForce })));
        }

        static string Earned()
        {
            var target = Json(s_Target.transform.position - k_Away);
            if (s_Agent.Ended.Count == 0) return Object("reward", Json(s_Agent.Reward), "target", target);
            return Object("reward", Json(s_Agent.Ended.Dequeue()), "carried", Json(s_Agent.Reward), "start", Start());
        }

        static string Start() => Object(
            "targetSpeed", Json(s_Agent.targetSpeed),
            "poses", Json(s_Parts.Cast<MonoBehaviour>().Concat(new[] { s_Target }).Select(thing =>
                new object[] { thing.transform.rotation, thing.transform.position - k_Away })),
            "moving", Json(s_Parts.Cast<MonoBehaviour>().Concat(new[] { s_Target }).Count(Moves)),
            "strengths", Json(s_Parts.Select(part => part.GetComponent<ConfigurableJoint>())
                .Select(joint => joint == null ? 0 : joint.slerpDrive.maximumForce)));

        static bool Moves(Component thing)
        {
            var body = thing.GetComponent<Rigidbody>();
#if UNITY_6000_0_OR_NEWER
            var velocity = body.linearVelocity;
#else
            var velocity = body.velocity;
#endif
            return velocity.magnitude + body.angularVelocity.magnitude > 0;
        }

        /// Calls a method that Unity would, if there is one.
        static void Send(object to, string message, params object[] arguments)
        {
            var method = to.GetType().GetMethod(message,
                BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
            if (method != null) method.Invoke(to, arguments);
        }

        static string Object(params string[] keysAndValues) =>
            "{" + string.Join(",", Enumerable.Range(0, keysAndValues.Length / 2)
                .Select(at => $"\"{keysAndValues[2 * at]}\":{keysAndValues[2 * at + 1]}")) + "}";

        /// Numbers, texts, enums and lists; vectors as lists; objects with their children and what components say.
        static string Json(object value)
        {
            if (value == null) return "null";
            if (value is float) return ((float)value).ToString("R", CultureInfo.InvariantCulture);
            if (value is int) return value.ToString();
            if (value is bool) return (bool)value ? "true" : "false";
            if (value is string || value is Enum) return "\"" + value + "\"";
            if (value is Vector3)
            {
                var v = (Vector3)value;
                return Json(new[] { v.x, v.y, v.z });
            }
            if (value is Quaternion)
            {
                var q = (Quaternion)value;
                return Json(new[] { q.x, q.y, q.z, q.w });
            }
            if (value is GameObject)
            {
                var thing = (GameObject)value;
                var components = thing.Components.Where(each => each.GetType().Namespace == "UnityEngine");
                return Object("name", Json(thing.name), "components", Json(components.Select(Fields)),
                    "children", Json(thing.transform.Children.Select(child => (object)child.gameObject)));
            }
            if (value is Component) return Json(((Component)value).gameObject.name);
            if (value is Written) return ((Written)value).Text;
            if (value is System.Collections.IEnumerable)
                return "[" + string.Join(",", ((System.Collections.IEnumerable)value).Cast<object>().Select(Json)) + "]";
            return Fields(value).Text;
        }

        sealed class Written
        {
            public string Text;
        }

        static Written Fields(object of)
        {
            var type = of.GetType();
            var flags = BindingFlags.Instance | BindingFlags.Public;
            var fields = type.GetFields(flags).Where(field => field.Name != "Children" && field.Name != "name")
                .Select(field => new[] { field.Name, Json(field.GetValue(of)) });
            var properties = type.GetProperties(flags)
                .Where(property => property.PropertyType.IsPrimitive)
                .Select(property => new[] { property.Name, Json(property.GetValue(of, null)) });
            var pairs = new[] { new[] { "type", Json(type.Name) } }.Concat(fields).Concat(properties);
            return new Written { Text = Object(pairs.SelectMany(pair => pair).ToArray()) };
        }
    }
}
