// The world that the walker is trained in, as numbers. Metres, kilograms, seconds.
// Written by `npm run build:unity` from the world that Gaitsmith trains in. Changes belong there: a test compares
// this file with it byte for byte.

using UnityEngine;

namespace Gaitsmith
{
    public static class WalkerWorld
    {
        // What the project's settings must be.
        public const float TimeStep = 0.01333f;
        public const float Gravity = 14.715f;
        public const float BounceThreshold = 2;

        // What bodies and shapes are told one by one, whatever the project says.
        public const int PositionIterations = 12;
        public const int VelocityIterations = 12;
        public const float Friction = 0.6f;
        public const float ContactOffset = 0.01f;
        public const float SleepThreshold = 0.005f;
        public const float MaxAngularVelocity = 50;
        public const float MaxDepenetrationVelocity = 10;

        // Physics steps from one decision to the next.
        public const int DecisionPeriod = 5;

        // The ground, a square whose top is at this height, and the walls around it.
        public const float GroundEdge = 25;
        public const float GroundHeight = 0.125f;
        public const float WallHeight = 10;
        public const float WallThickness = 1;

        // The cube to walk to, and the middle and radius of where it is put.
        public const float TargetEdge = 0.25f;
        public const float TargetMass = 1;
        public const float TargetLinearDamping = 0;
        public const float TargetAngularDamping = 0.05f;
        public const float TargetRadius = 9;
        public static readonly Vector3 TargetPlace = new Vector3(0, 1, 1);

        // Each episode draws a speed, m/s.
        public const float MinTargetSpeed = 0.1f;
        public const float MaxTargetSpeed = 10;

        // Of the decision that ends in a fall, and for touching the target.
        public const float FallReward = -1;
        public const float TargetReward = 1;
    }
}
