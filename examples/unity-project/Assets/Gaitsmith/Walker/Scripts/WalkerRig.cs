// The walker's body as data: sixteen parts with their shapes and masses, and the fifteen joints between them.
// The order is the one in which the policy observes them, and it is the same ragdoll that Gaitsmith trains with.
// Metres, kilograms and degrees; x right, y up, z forward.

using UnityEngine;

namespace Gaitsmith
{
    public enum Body
    {
        Hips,
        Chest,
        Spine,
        Head,
        ThighL,
        ShinL,
        FootL,
        ThighR,
        ShinR,
        FootR,
        ArmL,
        ForearmL,
        HandL,
        ArmR,
        ForearmR,
        HandR
    }

    /// <summary>A collider: a capsule along one axis (0 x, 1 y, 2 z), a sphere or a box.</summary>
    public readonly struct Shape
    {
        public readonly PrimitiveType Kind;
        public readonly float Radius;
        public readonly float Height;
        public readonly int Axis;
        public readonly Vector3 Size;
        public readonly Vector3 Center;

        Shape(PrimitiveType kind, float radius, float height, int axis, Vector3 size, Vector3 center)
        {
            Kind = kind;
            Radius = radius;
            Height = height;
            Axis = axis;
            Size = size;
            Center = center;
        }

        public static Shape Capsule(float radius, float height, int axis) =>
            new Shape(PrimitiveType.Capsule, radius, height, axis, Vector3.zero, Vector3.zero);

        public static Shape Sphere(float radius) =>
            new Shape(PrimitiveType.Sphere, radius, 0, 0, Vector3.zero, Vector3.zero);

        public static Shape Box(Vector3 size, Vector3 center) =>
            new Shape(PrimitiveType.Cube, 0, 0, 0, size, center);
    }

    /// <summary>How a part hangs on its parent, in the part's own frame. Angles that can't move are Locked.</summary>
    public sealed class Coupling
    {
        public const float Locked = 0;

        public readonly Vector3 Anchor;
        public readonly Vector3 Axis;
        public readonly Vector3 SecondaryAxis;
        public readonly float LowX;
        public readonly float HighX;
        public readonly float LimitY;
        public readonly float LimitZ;

        public Coupling(Vector3 anchor, Vector3 axis, Vector3 secondaryAxis, float lowX, float highX, float limitY,
            float limitZ)
        {
            Anchor = anchor;
            Axis = axis;
            SecondaryAxis = secondaryAxis;
            LowX = lowX;
            HighX = highX;
            LimitY = limitY;
            LimitZ = limitZ;
        }

        public bool TurnsAboutX => LowX != HighX;
        public bool TurnsAboutY => LimitY != Locked;
        public bool TurnsAboutZ => LimitZ != Locked;

        /// <summary>Wrists are locked on every axis: they have no motor, no strength and no rotation to observe.</summary>
        public bool IsDriven => TurnsAboutX;
    }

    /// <summary>One part of the body, placed relative to its parent.</summary>
    public sealed class Part
    {
        public readonly Body Body;
        public readonly Body? Parent;
        public readonly Vector3 Position;
        public readonly float Mass;
        public readonly Shape Shape;
        public readonly bool MayTouchGround;
        public readonly Coupling Coupling;

        public Part(Body body, Body? parent, Vector3 position, float mass, Shape shape, bool mayTouchGround,
            Coupling coupling)
        {
            Body = body;
            Parent = parent;
            Position = position;
            Mass = mass;
            Shape = shape;
            MayTouchGround = mayTouchGround;
            Coupling = coupling;
        }
    }

    public static class WalkerRig
    {
        public static readonly Vector3 HipsPosition = new Vector3(0, 0.953f, 0);

        // Every driven joint: N m/rad, N m s/rad, and the most torque at full strength in N m.
        public const float Spring = 40000;
        public const float Damper = 5000;
        public const float MaxStrength = 20000;

        public const float Drag = 0.05f;
        public const float MaxAngularVelocity = 50;
        public const float MaxDepenetrationVelocity = 10;

        public static readonly Part[] Parts =
        {
            new Part(Body.Hips, null, new Vector3(0, 0, 0), 15, Shape.Capsule(0.1f, 0.42f, 0), false,
                null),
            new Part(Body.Chest, Body.Spine, new Vector3(0, 0.26565f, 0), 8, Shape.Capsule(0.13f, 0.45f, 0), false,
                new Coupling(new Vector3(0, -0.16f, 0), new Vector3(1, 0, 0), new Vector3(0, 0, -1), -20, 20, 20, 15)),
            new Part(Body.Spine, Body.Hips, new Vector3(0, 0.22539f, 0), 10, Shape.Capsule(0.08f, 0.36f, 0), false,
                new Coupling(new Vector3(0, -0.1f, 0), new Vector3(1, 0, 0), new Vector3(0, 0, -1), -20, 20, 20, 15)),
            new Part(Body.Head, Body.Chest, new Vector3(0, 0.44946f, 0), 6, Shape.Sphere(0.22f), false,
                new Coupling(new Vector3(0, -0.28f, 0), new Vector3(1, 0, 0), new Vector3(0, 0, -1), -30, 10, 20, Coupling.Locked)),
            new Part(Body.ThighL, Body.Hips, new Vector3(-0.131998f, -0.264f, 0), 14, Shape.Capsule(0.09f, 0.3f, 1), false,
                new Coupling(new Vector3(0, 0.16f, 0), new Vector3(-1, 0, 0), new Vector3(0, 0, -1), -90, 60, 40, Coupling.Locked)),
            new Part(Body.ShinL, Body.ThighL, new Vector3(0, -0.33f, 0), 7, Shape.Capsule(0.06f, 0.32f, 1), true,
                new Coupling(new Vector3(0, 0.17f, 0), new Vector3(-1, 0, 0), new Vector3(0, 0, -1), 0, 120, Coupling.Locked, Coupling.Locked)),
            new Part(Body.FootL, Body.ShinL, new Vector3(0, -0.198f, 0), 5, Shape.Box(new Vector3(0.127848f, 0.043051f, 0.230025f), new Vector3(0, -0.000218f, 0.032833f)), true,
                new Coupling(new Vector3(0, 0.03f, 0), new Vector3(1, 0, 0), new Vector3(0, 1, 0), -20, 20, 20, 20)),
            new Part(Body.ThighR, Body.Hips, new Vector3(0.131998f, -0.264f, 0), 14, Shape.Capsule(0.09f, 0.3f, 1), false,
                new Coupling(new Vector3(0, 0.16f, 0), new Vector3(-1, 0, 0), new Vector3(0, 0, -1), -90, 60, 40, Coupling.Locked)),
            new Part(Body.ShinR, Body.ThighR, new Vector3(0, -0.33f, 0), 7, Shape.Capsule(0.06f, 0.32f, 1), true,
                new Coupling(new Vector3(0, 0.17f, 0), new Vector3(-1, 0, 0), new Vector3(0, 0, -1), 0, 120, Coupling.Locked, Coupling.Locked)),
            new Part(Body.FootR, Body.ShinR, new Vector3(0, -0.198f, 0), 5, Shape.Box(new Vector3(0.127848f, 0.043051f, 0.230025f), new Vector3(0, -0.000218f, 0.032833f)), true,
                new Coupling(new Vector3(0, 0.03f, 0), new Vector3(1, 0, 0), new Vector3(0, 1, 0), -20, 20, 20, 20)),
            new Part(Body.ArmL, Body.Chest, new Vector3(-0.4125f, 0, 0), 4, Shape.Capsule(0.08f, 0.33f, 0), false,
                new Coupling(new Vector3(0.18f, 0, 0), new Vector3(0, -1, 0), new Vector3(0, 0, 1), -60, 120, 100, Coupling.Locked)),
            new Part(Body.ForearmL, Body.ArmL, new Vector3(-0.33f, 0, 0), 3, Shape.Capsule(0.08f, 0.3f, 0), false,
                new Coupling(new Vector3(0.16f, 0, 0), new Vector3(0, -1, 0), new Vector3(0, 0, 1), 0, 160, Coupling.Locked, Coupling.Locked)),
            new Part(Body.HandL, Body.ForearmL, new Vector3(-0.231f, 0, 0), 2, Shape.Sphere(0.08f), false,
                new Coupling(new Vector3(0, 0, 0), new Vector3(1, 0, 0), new Vector3(0, 0, 1), Coupling.Locked, Coupling.Locked, Coupling.Locked, Coupling.Locked)),
            new Part(Body.ArmR, Body.Chest, new Vector3(0.4125f, 0, 0), 4, Shape.Capsule(0.08f, 0.33f, 0), false,
                new Coupling(new Vector3(-0.18f, 0, 0), new Vector3(0, 1, 0), new Vector3(0, 0, 1), -60, 120, 100, Coupling.Locked)),
            new Part(Body.ForearmR, Body.ArmR, new Vector3(0.33f, 0, 0), 3, Shape.Capsule(0.08f, 0.3f, 0), false,
                new Coupling(new Vector3(-0.16f, 0, 0), new Vector3(0, 1, 0), new Vector3(0, 0, 1), 0, 160, Coupling.Locked, Coupling.Locked)),
            new Part(Body.HandR, Body.ForearmR, new Vector3(0.231f, 0, 0), 2, Shape.Sphere(0.08f), false,
                new Coupling(new Vector3(0, 0, 0), new Vector3(1, 0, 0), new Vector3(0, 0, 1), Coupling.Locked, Coupling.Locked, Coupling.Locked, Coupling.Locked)),
        };
    }
}
