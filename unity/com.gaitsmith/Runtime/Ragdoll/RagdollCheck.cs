// Whether a ragdoll fits its character's file. What can't work is a problem that keeps the agent from starting (`Read`); what
// works otherwise than in training is told and left as it is (`Warn`): a project's settings are its own.

using System.Collections.Generic;
using Unity.MLAgents;
using Unity.MLAgents.Policies;
using UnityEngine;

namespace Gaitsmith
{
    public static class RagdollCheck
    {
        const string k_ImportAgain = "Import the rig again and train with it, or undo the change in the prefab.";
        const string k_AttachAgain = "Run gaitsmith deploy --attach again.";

        /// <summary>The character's file, if it is one that this script understands and the agent's sizes are its.</summary>
        public static RagdollFile Read(RagdollAgent agent, ICollection<RagdollProblem> problems)
        {
            var where = $"{agent.name} > Ragdoll Agent > Character";
            if (agent.character == null)
            {
                problems.Add(new RagdollProblem("No character is assigned", where, "none", "the agent file beside the model", k_AttachAgain));
                return null;
            }
            var file = RagdollFile.Read(agent.character.text);
            if (file == null || file.format != RagdollFile.Format || file.bodies == null || file.bodies.Length == 0)
            {
                problems.Add(new RagdollProblem("This is no agent file that this version of the package reads", where,
                    file == null ? "no JSON" : $"format {file.format}", $"format {RagdollFile.Format}",
                    "Update com.gaitsmith to the version of the gaitsmith that deployed, and deploy again."));
                return null;
            }
            foreach (var sensor in file.sensors) CheckRows(file, sensor, agent.character.name, problems);
            CheckSizes(agent, file, problems);
            return file;
        }

        static void CheckRows(RagdollFile file, SensorRow sensor, string where, ICollection<RagdollProblem> problems)
        {
            var size = 0;
            foreach (var row in sensor.rows)
            {
                var known = RagdollObservation.SizeOf(row.row);
                if (known == 0 || known != row.size || row.body >= file.bodies.Length)
                {
                    problems.Add(new RagdollProblem("The policy observes something that this version of the package does not know",
                        $"{where} > {sensor.name}", $"{row.row} of {row.size} numbers",
                        known == 0 ? "a row that is known here" : $"{known} numbers",
                        "Update com.gaitsmith to the version of the gaitsmith that deployed, and deploy again."));
                    return;
                }
                size += known;
            }
            if (size == sensor.size) return;
            problems.Add(new RagdollProblem("The list of observations does not come to the size of the policy's input",
                $"{where} > {sensor.name}", size, sensor.size, k_AttachAgain));
        }

        static void CheckSizes(RagdollAgent agent, RagdollFile file, ICollection<RagdollProblem> problems)
        {
            var behavior = agent.GetComponent<BehaviorParameters>();
            var where = $"{agent.name} > Behavior Parameters";
            var brain = behavior.BrainParameters;
            if (brain.VectorObservationSize != file.sensors[0].size)
            {
                problems.Add(new RagdollProblem("The agent has another number of observations than the policy",
                    $"{where} > Vector Observation > Space Size", brain.VectorObservationSize, file.sensors[0].size, k_AttachAgain));
            }
            if (brain.NumStackedVectorObservations != 1)
            {
                problems.Add(new RagdollProblem("Observations are stacked", $"{where} > Vector Observation > Stacked Vectors",
                    brain.NumStackedVectorObservations, 1, "Set it to 1."));
            }
            if (brain.ActionSpec.NumContinuousActions != file.actionSize || brain.ActionSpec.NumDiscreteActions != 0)
            {
                problems.Add(new RagdollProblem("The agent has other actions than the policy", $"{where} > Actions",
                    $"{brain.ActionSpec.NumContinuousActions} continuous, {brain.ActionSpec.NumDiscreteActions} discrete",
                    $"{file.actionSize} continuous, 0 discrete", k_AttachAgain));
            }
        }

        public static RagdollProblem NoBody(RagdollAgent agent, BodyRow row, Transform found) => new RagdollProblem(
            found == null ? "A body of the ragdoll is not there" : "A body of the ragdoll has no Rigidbody",
            $"{agent.name}/{row.path}", "none", row.name,
            "Give the object its old name and place back, or import the rig again and train with it.");

        public static RagdollProblem NoJoint(RagdollAgent agent, RagdollBody body, JointRow row) => new RagdollProblem(
            "A joint of the ragdoll is not there, or is of another kind",
            $"{agent.name}/{body.Row.path}", body.GetComponents<Joint>().Length + " joints",
            $"{row.type} as joint {row.which}", k_ImportAgain);

        /// <returns>null where there is none, or one of another kind than the rig has</returns>
        public static Joint JointOf(RagdollBody body, JointRow row)
        {
            var all = body.GetComponents<Joint>();
            if (row.which >= all.Length) return null;
            var joint = all[row.which];
            switch (row.type)
            {
                case "configurable": return joint as ConfigurableJoint;
                case "character": return joint as CharacterJoint;
                case "hinge": return joint as HingeJoint;
                case "fixed": return joint as FixedJoint;
                default: return null;
            }
        }

        /// <summary>Tells everything that is not as in training. Call it before joints are replaced.</summary>
        public static void Warn(RagdollAgent agent, RagdollFile file, RagdollBody[] bodies)
        {
            var found = new List<RagdollProblem>();
            found.AddRange(RagdollSettings.Differences(agent, file, bodies));
            foreach (var body in bodies) CheckBody(agent, body, bodies[0], found);
            foreach (var joint in file.joints) CheckJoint(agent, joint, bodies, found);
            foreach (var problem in found) Debug.LogWarning(problem.ToString(), agent);
        }

        static void CheckBody(RagdollAgent agent, RagdollBody body, RagdollBody root, List<RagdollProblem> found)
        {
            var row = body.Row;
            var rigidbody = body.Rigidbody;
            var where = $"{agent.name}/{row.path} > Rigidbody";
            Compare(found, "A body has another mass", $"{where} > Mass", rigidbody.mass, row.mass);
            Compare(found, "A body has another damping", $"{where} > Drag", rigidbody.LinearDamping(), row.linearDamping);
            Compare(found, "A body has another damping", $"{where} > Angular Drag", rigidbody.AngularDamping(), row.angularDamping);
            if (rigidbody.useGravity != row.useGravity)
                found.Add(new RagdollProblem("Gravity acts otherwise on a body", $"{where} > Use Gravity", rigidbody.useGravity, row.useGravity, k_ImportAgain));
            if (rigidbody.isKinematic != row.kinematic)
                found.Add(new RagdollProblem("A body moves by other laws", $"{where} > Is Kinematic", rigidbody.isKinematic, row.kinematic, k_ImportAgain));
            // The whole ragdoll may stand anywhere and look anywhere: what counts is how it stands to its first body.
            var turn = root.StartRotation * Quaternion.Inverse(root.Row.rotation);
            var away = Vector3.Distance(body.StartPosition - root.StartPosition, turn * row.place);
            if (away > 0.005f)
                found.Add(new RagdollProblem("A body starts at another place", $"{agent.name}/{row.path}", $"{away} m away", "less than 0.005 m away", k_ImportAgain));
            var angle = Quaternion.Angle(body.StartRotation, turn * row.rotation);
            if (angle > 1)
                found.Add(new RagdollProblem("A body starts turned otherwise", $"{agent.name}/{row.path}", $"{angle} degrees", "less than 1 degree", k_ImportAgain));
        }

        static void CheckJoint(RagdollAgent agent, JointRow row, RagdollBody[] bodies, List<RagdollProblem> found)
        {
            var joint = JointOf(bodies[row.body], row);
            var where = $"{agent.name}/{bodies[row.body].Row.path} > {row.type} joint";
            var connected = row.connectedTo < 0 ? null : bodies[row.connectedTo].Rigidbody;
            if (joint.connectedBody != connected)
                found.Add(new RagdollProblem("A joint holds another body", $"{where} > Connected Body",
                    joint.connectedBody == null ? "none" : joint.connectedBody.name, connected == null ? "none" : connected.name, k_ImportAgain));
            var scale = bodies[row.body].transform.lossyScale;
            var anchor = Vector3.Distance(Vector3.Scale(joint.anchor, scale), row.anchor);
            if (row.type != "fixed" && anchor > 0.005f)
                found.Add(new RagdollProblem("A joint sits elsewhere", $"{where} > Anchor", $"{anchor} m away", "less than 0.005 m away", k_ImportAgain));
            if (row.type != "fixed" && Vector3.Dot(joint.axis.normalized, row.axis.normalized) < 0.999f)
                found.Add(new RagdollProblem("A joint turns about another axis", $"{where} > Axis", joint.axis, row.axis, k_ImportAgain));
            CheckLimits(joint, row, where, found);
        }

        static void CheckLimits(Joint joint, JointRow row, string where, List<RagdollProblem> found)
        {
            float[] now;
            SoftJointLimitSpring springX = default(SoftJointLimitSpring), springYz = default(SoftJointLimitSpring);
            var configurable = joint as ConfigurableJoint;
            var character = joint as CharacterJoint;
            var hinge = joint as HingeJoint;
            if (configurable != null)
            {
                CheckMotions(configurable, row, where, found);
                CheckRadius(configurable, row, where, found);
                now = new[]
                {
                    configurable.lowAngularXLimit.limit, configurable.highAngularXLimit.limit,
                    configurable.angularYLimit.limit, configurable.angularZLimit.limit
                };
                springX = configurable.angularXLimitSpring;
                springYz = configurable.angularYZLimitSpring;
            }
            else if (character != null)
            {
                now = new[]
                {
                    character.lowTwistLimit.limit, character.highTwistLimit.limit,
                    character.swing1Limit.limit, character.swing2Limit.limit
                };
                springX = character.twistLimitSpring;
                springYz = character.swingLimitSpring;
            }
            else if (hinge != null)
            {
                now = new[] { -hinge.limits.max, -hinge.limits.min, 0, 0 };
            }
            else
            {
                return;
            }
            var trained = new[] { row.lowX, row.highX, row.limitY, row.limitZ };
            var names = new[] { "Low X", "High X", "Y", "Z" };
            for (var index = 0; index < now.Length; index++)
            {
                // A limit counts on an axis that is limited alone.
                if (row.angular[index < 2 ? 0 : index - 1] != "limited") continue;
                Compare(found, "A joint has another limit", $"{where} > {names[index]} limit, degrees", now[index], trained[index]);
            }
            if (row.angular[0] == "limited") CheckSpring(springX, row.springX, row.damperX, $"{where} > X limit", found);
            if (row.angular[1] == "limited" || row.angular[2] == "limited")
                CheckSpring(springYz, row.springYz, row.damperYz, $"{where} > YZ limit", found);
        }

        static void CheckMotions(ConfigurableJoint joint, JointRow row, string where, List<RagdollProblem> found)
        {
            // An axis that is limited to nothing was trained as a locked one.
            var turnsAboutX = joint.lowAngularXLimit.limit != 0 || joint.highAngularXLimit.limit != 0 || joint.angularXLimitSpring.spring > 0;
            var gives = joint.linearLimit.limit != 0 || joint.linearLimitSpring.spring > 0;
            var angular = new[]
            {
                Held(joint.angularXMotion, turnsAboutX), Held(joint.angularYMotion, joint.angularYLimit.limit != 0),
                Held(joint.angularZMotion, joint.angularZLimit.limit != 0)
            };
            var linear = new[] { Held(joint.xMotion, gives), Held(joint.yMotion, gives), Held(joint.zMotion, gives) };
            for (var axis = 0; axis < 3; axis++)
            {
                CheckMotion(linear[axis], RagdollJoint.LinearOf(row, axis), $"{where} > {"XYZ"[axis]} Motion", found);
                CheckMotion(angular[axis], row.angular[axis], $"{where} > Angular {"XYZ"[axis]} Motion", found);
            }
        }

        static ConfigurableJointMotion Held(ConfigurableJointMotion motion, bool hasRoom) =>
            motion == ConfigurableJointMotion.Limited && !hasRoom ? ConfigurableJointMotion.Locked : motion;

        static void CheckMotion(ConfigurableJointMotion now, string trained, string where, List<RagdollProblem> found)
        {
            if (now == RagdollJoint.MotionOf(trained)) return;
            found.Add(new RagdollProblem("A joint moves otherwise", where, now, trained, k_ImportAgain));
        }

        static void CheckRadius(ConfigurableJoint joint, JointRow row, string where, List<RagdollProblem> found)
        {
            for (var axis = 0; axis < 3; axis++)
            {
                if (RagdollJoint.LinearOf(row, axis) != "limited") continue;
                Compare(found, "A joint has another limit", $"{where} > Linear limit, m", Mathf.Abs(joint.linearLimit.limit), row.linearLimit);
                CheckSpring(joint.linearLimitSpring, row.springLinear, row.damperLinear, $"{where} > Linear limit", found);
                return;
            }
        }

        static void CheckSpring(SoftJointLimitSpring now, float spring, float damper, string where, List<RagdollProblem> found)
        {
            Compare(found, "A limit is softer or harder", $"{where} spring > Spring", now.spring, spring);
            // Without a spring a limit is hard, and its damper says nothing.
            if (now.spring > 0 && spring > 0) Compare(found, "A limit is softer or harder", $"{where} spring > Damper", now.damper, damper);
        }

        static void Compare(List<RagdollProblem> found, string what, string where, float now, float trained)
        {
            if (Mathf.Abs(now - trained) <= 1e-3f * Mathf.Max(1, Mathf.Abs(trained))) return;
            found.Add(new RagdollProblem(what, where, now, trained, k_ImportAgain));
        }
    }
}
