// Hands ML-Agents the inputs of a policy that has several: the agent itself fills them.

using Unity.MLAgents.Sensors;
using UnityEngine;

namespace Gaitsmith
{
    [AddComponentMenu("")]
    public sealed class RagdollSensors : SensorComponent
    {
        public ISensor[] Sensors { get; set; }

        public override ISensor[] CreateSensors() => Sensors;
    }
}
