// ragdoll.exe SCRIPT NAMESPACE...: plays the script with the agent of each namespace, which says its lines to NAMESPACE.said.
// A line is words with tabs between them:
//
//   new                      nothing is there any more; says "new"
//   world FIELD VALUE        a setting of the project
//   tag NAME                 one more tag of the project; `tag -` for none but Unity's own
//   object PATH x y z qx qy qz qw LAYER TAG          from the root of the scene; those above it first
//   body PATH mass linear angular gravity kinematic
//   joint PATH TYPE CONNECTED anchor(3) axis(3) secondary(3) linear(3) motions(3) low high y z springs(4) radius spring damper
//   other PATH               another agent on that object, before ours
//   agent PATH FILE observations actions stacked     BehaviorParameters and our agent
//   requester PATH period between
//   awake                    says problems and warnings; then, if it runs, what every joint is
//   set FIELD VALUE          of the agent; `set target x y z`
//   random N...
//   begin                    says the pose of every body of the file, position(3) rotation(4), and how hard joints pull
//   pose NAME-INDEX position(3) rotation(4) velocity(3) spin(3)
//   touch INDEX WHAT         enter, stay or exit the ground
//   ground HEIGHT            what a ray finds, with a lid of no tag half a metre above it
//   step                     FixedUpdate; says whether it has fallen
//   observe                  says the numbers of every input
//   act N...                 says target(4), spring, damper and greatest force of every joint that is acted on
//   ask STEP                 says how often a decision was asked for

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using Unity.MLAgents;
using Unity.MLAgents.Actuators;
using Unity.MLAgents.Policies;
using Unity.MLAgents.Sensors;
using UnityEngine;

namespace Gaitsmith
{
    public sealed class OtherAgent : Agent
    {
    }

    public static class RagdollPlayer
    {
        static readonly Dictionary<string, GameObject> s_Objects = new Dictionary<string, GameObject>();
        static RagdollAgent s_Agent;
        static Collider s_Ground;

        public static void Play(string[][] script, TextWriter said)
        {
            Forget();
            foreach (var words in script)
            {
                var line = Say(words);
                if (line != null) said.WriteLine(line);
            }
        }

        static void Forget()
        {
            s_Objects.Clear();
            GameObject.All.Clear();
            GameObject.Tags.Clear();
            foreach (var tag in new[] { "Untagged", "ground" }) GameObject.Tags.Add(tag);
            LayerMask.Names.Clear();
            Debug.Warnings.Clear();
            Debug.Errors.Clear();
            UnityEngine.Random.Drawn.Clear();
            Physics.Apart.Clear();
            Physics.Below.Clear();
            if (s_Agent != null && s_Agent.enabled) Send(s_Agent, "OnDisable");
            s_Agent = null;
            s_Ground = null;
        }

        static string Say(string[] words)
        {
            var at = 1;
            Func<string> word = () => words[at++];
            Func<float> number = () => float.Parse(word(), CultureInfo.InvariantCulture);
            Func<Vector3> vector = () => new Vector3(number(), number(), number());
            Func<Quaternion> rotation = () => new Quaternion(number(), number(), number(), number());
            switch (words[0])
            {
                case "new":
                    Forget();
                    return "new";
                case "world":
                    World(word(), word());
                    return null;
                case "tag":
                    var tag = word();
                    if (tag == "-") GameObject.Tags.Remove("ground");
                    else GameObject.Tags.Add(tag);
                    return null;
                case "object":
                {
                    var path = word();
                    var made = new GameObject(path.Substring(path.LastIndexOf('/') + 1).Split('#')[0]);
                    s_Objects[path] = made;
                    if (path.Contains("/")) made.transform.SetParent(s_Objects[path.Substring(0, path.LastIndexOf('/'))].transform, false);
                    made.transform.position = vector();
                    made.transform.rotation = rotation();
                    made.layer = (int)number();
                    made.tag = word();
                    if (made.tag != "Untagged") s_Ground = made.AddComponent<BoxCollider>();
                    return null;
                }
                case "body":
                {
                    var body = s_Objects[word()].AddComponent<Rigidbody>();
                    body.mass = number();
#if UNITY_6000_0_OR_NEWER
                    body.linearDamping = number();
                    body.angularDamping = number();
#else
                    body.drag = number();
                    body.angularDrag = number();
#endif
                    body.useGravity = number() != 0;
                    body.isKinematic = number() != 0;
                    body.solverIterations = Physics.defaultSolverIterations;
                    body.solverVelocityIterations = Physics.defaultSolverVelocityIterations;
                    return null;
                }
                case "joint":
                    MakeJoint(s_Objects[word()], word(), word(), vector, word, number);
                    return null;
                case "other":
                    s_Objects[word()].AddComponent<OtherAgent>();
                    return null;
                case "requester":
                {
                    var requester = s_Objects[word()].AddComponent<DecisionRequester>();
                    requester.DecisionPeriod = (int)number();
                    requester.TakeActionsBetweenDecisions = number() != 0;
                    return null;
                }
                case "agent":
                {
                    var on = s_Objects[word()];
                    var file = word();
                    var brain = on.AddComponent<BehaviorParameters>().BrainParameters;
                    brain.VectorObservationSize = (int)number();
                    brain.ActionSpec = new ActionSpec { NumContinuousActions = (int)number() };
                    brain.NumStackedVectorObservations = (int)number();
                    s_Agent = on.AddComponent<RagdollAgent>();
                    s_Agent.character = file == "-" ? null : new TextAsset { text = File.ReadAllText(file), name = "character" };
                    return null;
                }
                case "awake":
                    Send(s_Agent, "Awake");
                    if (s_Agent.enabled) Send(s_Agent, "OnEnable");
                    return "{\"errors\":" + Texts(Debug.Errors) + ",\"warnings\":" + Texts(Debug.Warnings) + ",\"runs\":" +
                        (s_Agent.enabled ? "true" : "false") + ",\"joints\":[" + string.Join(",", s_Objects.Values
                            .SelectMany(each => each.GetComponents<Joint>()).Select(Told)) + "],\"bodies\":[" +
                        string.Join(",", s_Objects.Values.Select(each => each.GetComponent<Rigidbody>()).Where(each => each != null)
                            .Select(each => Numbers(each.maxAngularVelocity, each.maxDepenetrationVelocity))) + "]}";
                case "set":
                    switch (word())
                    {
                        case "target":
                            s_Agent.target = s_Agent.target ?? new GameObject("target").transform;
                            s_Agent.target.position = vector();
                            return null;
                        case "targetSpeed":
                            s_Agent.targetSpeed = number();
                            return null;
                        case "turnAtStart":
                            s_Agent.turnAtStart = number() != 0;
                            return null;
                        case "startAgain":
                            s_Agent.startAgain = number() != 0;
                            return null;
                        default:
                            throw new ArgumentException(words[1]);
                    }
                case "random":
                    while (at < words.Length) UnityEngine.Random.Drawn.Enqueue(number());
                    return null;
                case "begin":
                    s_Agent.OnEpisodeBegin();
                    return "{\"poses\":[" + string.Join(",", s_Agent.Bodies.Select(each =>
                        Numbers(Of(each.transform.position).Concat(Of(each.transform.rotation)).ToArray()))) + "],\"torques\":" +
                        Numbers(Slerps().Select(each => each.slerpDrive.maximumForce).ToArray()) + "}";
                case "pose":
                {
                    var body = s_Agent.Bodies[(int)number()];
                    body.transform.position = vector();
                    body.transform.rotation = rotation();
#if UNITY_6000_0_OR_NEWER
                    body.Rigidbody.linearVelocity = vector();
#else
                    body.Rigidbody.velocity = vector();
#endif
                    body.Rigidbody.angularVelocity = vector();
                    return null;
                }
                case "touch":
                {
                    var touching = s_Agent.Bodies[(int)number()];
                    var how = word();
                    Send(touching, "OnCollision" + char.ToUpperInvariant(how[0]) + how.Substring(1), new Collision(s_Ground));
                    return null;
                }
                case "ground":
                    var height = number();
                    Physics.Below.Clear();
                    var lid = new GameObject("lid").AddComponent<BoxCollider>();
                    Physics.Below.Add(new KeyValuePair<Collider, float>(lid, height + 0.5f));
                    Physics.Below.Add(new KeyValuePair<Collider, float>(s_Ground, height));
                    return null;
                case "step":
                    Send(s_Agent, "FixedUpdate");
                    return "{\"fallen\":" + (s_Agent.HasFallen ? "true" : "false") + ",\"ended\":" + s_Agent.Ended.Count + "}";
                case "observe":
                {
                    var first = new VectorSensor(0);
                    var more = s_Agent.GetComponents<SensorComponent>().SelectMany(each => each.CreateSensors()).Cast<VectorSensor>().ToArray();
                    foreach (var each in more) each.Observations.Clear();
                    s_Agent.CollectObservations(first);
                    return "[" + string.Join(",", new[] { first }.Concat(more).Select(each => Numbers(each.Observations.ToArray()))) + "]";
                }
                case "act":
                    s_Agent.OnActionReceived(new ActionBuffers(words.Skip(1).Select(each =>
                        float.Parse(each, CultureInfo.InvariantCulture)).ToArray()));
                    return "[" + string.Join(",", Slerps().Select(each =>
                            "[\"" + each.gameObject.name + "\"," + Numbers(Of(each.targetRotation).Concat(new[]
                            {
                                each.slerpDrive.positionSpring, each.slerpDrive.positionDamper, each.slerpDrive.maximumForce
                            }).ToArray()) + "]")) + "]";
                case "ask":
                    Academy.Instance.Step((int)number());
                    return s_Agent.Asked.ToString(CultureInfo.InvariantCulture);
                default:
                    throw new ArgumentException(words[0]);
            }
        }

        static void World(string field, string value)
        {
            Func<float> number = () => float.Parse(value, CultureInfo.InvariantCulture);
            switch (field)
            {
                case "timeStep": Time.fixedDeltaTime = number(); break;
                case "gravity": Physics.gravity = new Vector3(0, -number(), 0); break;
                case "positionIterations": Physics.defaultSolverIterations = (int)number(); break;
                case "velocityIterations": Physics.defaultSolverVelocityIterations = (int)number(); break;
                case "bounceThreshold": Physics.bounceThreshold = number(); break;
                case "contactOffset": Physics.defaultContactOffset = number(); break;
                case "project": Application.dataPath = value + "/Assets"; break;
                case "apart": Physics.Apart.Add(value); break;
                case "layer": LayerMask.Names[int.Parse(value.Split(' ')[0])] = value.Split(' ')[1]; break;
                default: throw new ArgumentException(field);
            }
        }

        static void MakeJoint(GameObject on, string type, string connected, Func<Vector3> vector, Func<string> word, Func<float> number)
        {
            Joint joint;
            var anchor = vector();
            var axis = vector();
            var secondary = vector();
            var linear = new[] { word(), word(), word() }.Select(RagdollJoint.MotionOf).ToArray();
            var motions = new[] { word(), word(), word() }.Select(RagdollJoint.MotionOf).ToArray();
            var limits = new[] { number(), number(), number(), number() }
                .Select(each => new SoftJointLimit { limit = each }).ToArray();
            var springX = new SoftJointLimitSpring { spring = number(), damper = number() };
            var springYz = new SoftJointLimitSpring { spring = number(), damper = number() };
            var radius = new SoftJointLimit { limit = number() };
            var springLinear = new SoftJointLimitSpring { spring = number(), damper = number() };
            switch (type)
            {
                case "configurable":
                    var own = on.AddComponent<ConfigurableJoint>();
                    own.secondaryAxis = secondary;
                    own.xMotion = linear[0];
                    own.yMotion = linear[1];
                    own.zMotion = linear[2];
                    own.linearLimit = radius;
                    own.linearLimitSpring = springLinear;
                    own.angularXMotion = motions[0];
                    own.angularYMotion = motions[1];
                    own.angularZMotion = motions[2];
                    own.lowAngularXLimit = limits[0];
                    own.highAngularXLimit = limits[1];
                    own.angularYLimit = limits[2];
                    own.angularZLimit = limits[3];
                    own.angularXLimitSpring = springX;
                    own.angularYZLimitSpring = springYz;
                    joint = own;
                    break;
                case "character":
                    var character = on.AddComponent<CharacterJoint>();
                    character.swingAxis = secondary;
                    character.lowTwistLimit = limits[0];
                    character.highTwistLimit = limits[1];
                    character.swing1Limit = limits[2];
                    character.swing2Limit = limits[3];
                    character.twistLimitSpring = springX;
                    character.swingLimitSpring = springYz;
                    joint = character;
                    break;
                case "hinge":
                    // By the rule of Unity, which is that of its own limits: the other way about.
                    var hinge = on.AddComponent<HingeJoint>();
                    hinge.useLimits = true;
                    hinge.limits = new JointLimits { min = -limits[1].limit, max = -limits[0].limit };
                    joint = hinge;
                    break;
                default:
                    joint = on.AddComponent<FixedJoint>();
                    break;
            }
            joint.anchor = anchor;
            joint.axis = axis;
            joint.connectedBody = connected == "-" ? null : s_Objects[connected].GetComponent<Rigidbody>();
        }

        static IEnumerable<ConfigurableJoint> Slerps() => s_Objects.Values
            .SelectMany(each => each.GetComponents<ConfigurableJoint>())
            .Where(each => each.rotationDriveMode == RotationDriveMode.Slerp);

        static string Told(Joint joint)
        {
            var own = joint as ConfigurableJoint;
            var start = $"{{\"on\":\"{joint.gameObject.name}\",\"type\":\"{joint.GetType().Name}\",\"connectedTo\":" +
                (joint.connectedBody == null ? "null" : $"\"{joint.connectedBody.name}\"") +
                $",\"anchor\":{Numbers(Of(joint.anchor))},\"axis\":{Numbers(Of(joint.axis))}";
            if (own == null) return start + "}";
            var motions = new[] { own.xMotion, own.yMotion, own.zMotion, own.angularXMotion, own.angularYMotion, own.angularZMotion };
            return start + $",\"secondaryAxis\":{Numbers(Of(own.secondaryAxis))},\"motions\":{Texts(motions.Select(each => each.ToString()))}" +
                $",\"limits\":{Numbers(own.lowAngularXLimit.limit, own.highAngularXLimit.limit, own.angularYLimit.limit, own.angularZLimit.limit)}" +
                $",\"springs\":{Numbers(own.angularXLimitSpring.spring, own.angularXLimitSpring.damper, own.angularYZLimitSpring.spring, own.angularYZLimitSpring.damper)}" +
                $",\"drive\":\"{own.rotationDriveMode}\"}}";
        }

        static void Send(object to, string message, params object[] arguments) =>
            to.GetType().GetMethod(message, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Invoke(to, arguments);

        static float[] Of(Vector3 v) => new[] { v.x, v.y, v.z };
        static float[] Of(Quaternion q) => new[] { q.x, q.y, q.z, q.w };

        static string Numbers(params float[] numbers) =>
            "[" + string.Join(",", numbers.Select(each => each.ToString("R", CultureInfo.InvariantCulture))) + "]";

        static string Texts(IEnumerable<string> texts) =>
            "[" + string.Join(",", texts.Select(each => "\"" + each.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"")) + "]";
    }
}
