// What the policy observes, row by row as the character's file lists them. A row that is not known here is refused before the
// first episode, for a policy that sees other numbers than it was trained on falls.

using System;
using System.Collections.Generic;
using Unity.MLAgents.Sensors;
using UnityEngine;

namespace Gaitsmith
{
    /// <summary>What rows are told of.</summary>
    public interface IRagdollState
    {
        IReadOnlyList<RagdollBody> Bodies { get; }

        /// <summary>The body that the frame is at.</summary>
        RagdollBody FrameBody { get; }

        /// <summary>The frame that things are seen in.</summary>
        GoalFrame Frame { get; }

        /// <summary>Of the observed bodies, in the world's axes, m/s.</summary>
        Vector3 MeanVelocity { get; }

        Vector3 TargetPosition { get; }
        float TargetSpeed { get; }

        /// <summary>Metres straight down to the ground, the length at most.</summary>
        float RayDown(RagdollBody from, float length);

        /// <summary>The nearest body above it, and the one that its joint is connected to; null where there is none.</summary>
        RagdollBody ParentOf(RagdollBody body);
        RagdollBody ConnectedTo(RagdollBody body);
    }

    public static class RagdollObservation
    {
        /// <summary>How many numbers each row is, and how they are written.</summary>
        sealed class Known
        {
            public readonly int Size;
            public readonly Action<IRagdollState, RagdollBody, ObservedRow, VectorSensor> Write;

            public Known(int size, Action<IRagdollState, RagdollBody, ObservedRow, VectorSensor> write)
            {
                Size = size;
                Write = write;
            }
        }

        static readonly Dictionary<string, Known> k_Rows = new Dictionary<string, Known>
        {
            ["speedError"] = new Known(1, (state, body, row, sensor) => sensor.AddObservation(
                Vector3.Distance(state.Frame.Forward * state.TargetSpeed, state.MeanVelocity))),
            ["meanVelocity"] = new Known(3, (state, body, row, sensor) => sensor.AddObservation(
                state.Frame.See(state.MeanVelocity))),
            ["goalVelocity"] = new Known(3, (state, body, row, sensor) => sensor.AddObservation(
                new Vector3(0, 0, state.TargetSpeed))),
            ["target"] = new Known(3, (state, body, row, sensor) => sensor.AddObservation(
                state.Frame.See(state.TargetPosition - state.Frame.Origin))),
            ["facing"] = new Known(4, (state, body, row, sensor) => sensor.AddObservation(
                state.Frame.From(body.transform))),
            ["angle"] = new Known(1, (state, body, row, sensor) => sensor.AddObservation(
                Quaternion.Angle(state.Frame.Rotation, body.transform.rotation) / 180)),
            ["ray"] = new Known(1, (state, body, row, sensor) => sensor.AddObservation(
                state.RayDown(body, row.length) / row.length)),
            ["contact"] = new Known(1, (state, body, row, sensor) => sensor.AddObservation(body.TouchesGround)),
            ["velocity"] = new Known(3, (state, body, row, sensor) => sensor.AddObservation(
                state.Frame.See(body.Rigidbody.Velocity()))),
            ["angularVelocity"] = new Known(3, (state, body, row, sensor) => sensor.AddObservation(
                state.Frame.See(body.Rigidbody.angularVelocity))),
            ["fromRoot"] = new Known(3, (state, body, row, sensor) => sensor.AddObservation(
                state.Frame.See(body.transform.position - state.FrameBody.transform.position))),
            ["localRotation"] = new Known(4, (state, body, row, sensor) => sensor.AddObservation(
                Relative(state, state.ParentOf(body), body))),
            ["strength"] = new Known(1, (state, body, row, sensor) => sensor.AddObservation(body.Strength)),
            ["framePosition"] = new Known(3, (state, body, row, sensor) => sensor.AddObservation(
                state.Frame.See(body.transform.position - state.Frame.Origin))),
            ["frameRotation"] = new Known(4, (state, body, row, sensor) => sensor.AddObservation(
                Relative(state, null, body))),
            ["jointRotation"] = new Known(4, (state, body, row, sensor) => sensor.AddObservation(
                Relative(state, state.ConnectedTo(body), body)))
        };

        /// <returns>how many numbers a row is; 0 where it is not known</returns>
        public static int SizeOf(string row)
        {
            Known known;
            return row != null && k_Rows.TryGetValue(row, out known) ? known.Size : 0;
        }

        public static void Write(IRagdollState state, SensorRow sensor, VectorSensor into)
        {
            foreach (var row in sensor.rows)
            {
                k_Rows[row.row].Write(state, row.body < 0 ? null : state.Bodies[row.body], row, into);
            }
        }

        /// <summary>As seen from another body, and without one from the frame.</summary>
        static Quaternion Relative(IRagdollState state, RagdollBody from, RagdollBody body) =>
            Quaternion.Inverse(from == null ? state.Frame.Rotation : from.transform.rotation) * body.transform.rotation;
    }
}
