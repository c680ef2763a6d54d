// Says at Play what of the project's settings differs from what the walker was trained with.
// A policy knows its world by heart: with another gravity or another physics step it falls.

using Unity.MLAgents;
using UnityEngine;

namespace Gaitsmith
{
    static class PhysicsCheck
    {
        public static void Warn(WalkerAgent agent)
        {
            Compare("Project Settings > Time > Fixed Timestep", Time.fixedDeltaTime, WalkerWorld.TimeStep);
            Compare("Project Settings > Physics > Gravity, y", Physics.gravity.y, -WalkerWorld.Gravity);
            Compare("Project Settings > Physics > Bounce Threshold", Physics.bounceThreshold,
                WalkerWorld.BounceThreshold);
            var requester = agent.GetComponent<DecisionRequester>();
            if (requester == null) return;
            Compare("Decision Requester > Decision Period", requester.DecisionPeriod, WalkerWorld.DecisionPeriod);
        }

        static void Compare(string what, float now, float trained)
        {
            if (Mathf.Abs(now - trained) < 1e-4f) return;
            Debug.LogWarning($"The walker was trained with another value of {what}: {trained}, here it is {now}.");
        }
    }
}
