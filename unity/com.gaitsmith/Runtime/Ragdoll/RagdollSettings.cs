// The project's settings that a policy was trained with, and what they are now. They are told, not set: a setting that one
// character sets in silence changes the game for everything else.

using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;
using Unity.MLAgents;
using UnityEngine;

namespace Gaitsmith
{
    public static class RagdollSettings
    {
        const string k_Apply = "Set it there, or run gaitsmith deploy --attach with --apply-physics.";

        /// <returns>each setting that is not as it was in training</returns>
        public static IEnumerable<RagdollProblem> Differences(RagdollAgent agent, RagdollFile file, RagdollBody[] bodies)
        {
            var found = new List<RagdollProblem>();
            var world = file.world;
            Compare(found, "The physics step is another", "Project Settings > Time > Fixed Timestep", Time.fixedDeltaTime, world.timeStep);
            Compare(found, "Gravity is another", "Project Settings > Physics > Gravity, x", Physics.gravity.x, 0);
            Compare(found, "Gravity is another", "Project Settings > Physics > Gravity, y", Physics.gravity.y, -world.gravity);
            Compare(found, "Gravity is another", "Project Settings > Physics > Gravity, z", Physics.gravity.z, 0);
            Compare(found, "Touches bounce from another speed on", "Project Settings > Physics > Bounce Threshold", Physics.bounceThreshold, world.bounceThreshold);
            Compare(found, "Contacts begin at another distance", "Project Settings > Physics > Default Contact Offset", Physics.defaultContactOffset, world.contactOffset);
            foreach (var body in bodies)
            {
                var before = found.Count;
                Compare(found, "The solver iterates otherwise", $"Project Settings > Physics > Default Solver Iterations (seen at {body.Row.name})", body.Rigidbody.solverIterations, world.positionIterations);
                Compare(found, "The solver iterates otherwise", $"Project Settings > Physics > Default Solver Velocity Iterations (seen at {body.Row.name})", body.Rigidbody.solverVelocityIterations, world.velocityIterations);
                Compare(found, "Bodies fall asleep otherwise", $"Project Settings > Physics > Sleep Threshold (seen at {body.Row.name})", body.Rigidbody.sleepThreshold, world.sleepThreshold);
                // Of all bodies it is most often the same.
                if (found.Count > before) break;
            }
            if (Application.isEditor) CompareSolver(found, world);
            CompareLayers(found, file, bodies);
            CompareDecisions(found, agent, world);
            CompareGround(found, world);
            return found;
        }

        /// <summary>No script can ask for these two; in the Editor the project's file tells them.</summary>
        static void CompareSolver(List<RagdollProblem> found, WorldRow world)
        {
            var path = Path.Combine(Application.dataPath, "../ProjectSettings/DynamicsManager.asset");
            if (!File.Exists(path)) return;
            var text = File.ReadAllText(path);
            CompareNumber(found, text, "m_SolverType", "The solver is another", "Project Settings > Physics > Solver Type, 0 for Projected Gauss Seidel", world.solverType);
            CompareNumber(found, text, "m_FrictionType", "Friction is of another kind", "Project Settings > Physics > Friction Type, 0 for Patch", world.frictionType);
        }

        static void CompareNumber(List<RagdollProblem> found, string text, string field, string what, string where, int trained)
        {
            var match = Regex.Match(text, $@"^\s*{field}: (\d+)", RegexOptions.Multiline);
            if (match.Success) Compare(found, what, where, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), trained);
        }

        static void CompareLayers(List<RagdollProblem> found, RagdollFile file, RagdollBody[] bodies)
        {
            foreach (var body in bodies)
            {
                var layer = LayerMask.LayerToName(body.gameObject.layer);
                if (layer == body.Row.layer) continue;
                found.Add(new RagdollProblem("A body is on another layer", $"{body.Row.path} > Layer", layer, body.Row.layer, "Give it that layer, or import the rig again."));
            }
            var seen = new HashSet<int>();
            foreach (var one in bodies)
            {
                foreach (var other in bodies)
                {
                    var (low, high) = (Mathf.Min(one.gameObject.layer, other.gameObject.layer),
                        Mathf.Max(one.gameObject.layer, other.gameObject.layer));
                    if (!seen.Add(low * 32 + high)) continue;
                    var touch = !Physics.GetIgnoreLayerCollision(low, high);
                    var trained = !AreApart(file, one.Row.layer, other.Row.layer);
                    if (touch == trained) continue;
                    found.Add(new RagdollProblem("Bodies of two layers touch otherwise",
                        $"Project Settings > Physics > Layer Collision Matrix, {one.Row.layer} and {other.Row.layer}",
                        touch ? "ticked" : "not ticked", trained ? "ticked" : "not ticked", "Set it there."));
                }
            }
        }

        static bool AreApart(RagdollFile file, string one, string other)
        {
            foreach (var pair in file.apart)
            {
                if (pair.one == one && pair.other == other || pair.one == other && pair.other == one) return true;
            }
            return false;
        }

        static void CompareDecisions(List<RagdollProblem> found, RagdollAgent agent, WorldRow world)
        {
            var requester = agent.GetComponent<DecisionRequester>();
            if (requester == null)
            {
                found.Add(new RagdollProblem("Nobody asks the agent to decide", $"{agent.name} > Decision Requester", "none", $"one with Decision Period {world.decisionPeriod}", "Add the component."));
                return;
            }
            Compare(found, "The agent decides at another pace", $"{agent.name} > Decision Requester > Decision Period", requester.DecisionPeriod, world.decisionPeriod);
            if (requester.TakeActionsBetweenDecisions)
                found.Add(new RagdollProblem("Actions are taken between decisions", $"{agent.name} > Decision Requester > Take Actions Between Decisions", true, false, "Untick it."));
        }

        static void CompareGround(List<RagdollProblem> found, WorldRow world)
        {
            try
            {
                if (GameObject.FindWithTag(world.groundTag) != null) return;
                found.Add(new RagdollProblem("Nothing in the scene is ground", $"the tag {world.groundTag}", "no object", "the ground's collider", "Give the ground's object this tag; a spawned one may have it later."));
            }
            catch (UnityException)
            {
                found.Add(new RagdollProblem("The project has no such tag", "Project Settings > Tags and Layers > Tags", "none", world.groundTag, "Add the tag there and give it to the ground's object."));
            }
        }

        static void Compare(List<RagdollProblem> found, string what, string where, float now, float trained)
        {
            if (Mathf.Abs(now - trained) > 1e-4f) found.Add(new RagdollProblem(what, where, now, trained, k_Apply));
        }
    }
}
