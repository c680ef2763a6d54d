// What WalkerRig.cs and WalkerTables.cs are made of.

using UnityEngine;

namespace Gaitsmith
{
    /// <summary>A collider: a capsule along one axis (0 x, 1 y, 2 z), a sphere or a box.</summary>
    public sealed class Shape
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

        /// <summary>The height counts the round ends.</summary>
        public static Shape Capsule(float radius, float height, int axis) =>
            new Shape(PrimitiveType.Capsule, radius, height, axis, Vector3.zero, Vector3.zero);

        public static Shape Sphere(float radius) =>
            new Shape(PrimitiveType.Sphere, radius, 0, 0, Vector3.zero, Vector3.zero);

        public static Shape Box(Vector3 size, Vector3 center) =>
            new Shape(PrimitiveType.Cube, 0, 0, 0, size, center);
    }

    /// <summary>How a part hangs on its parent, in its own frame. Degrees; a range from 0 to 0 is locked.</summary>
    public sealed class Coupling
    {
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

        public bool TurnsAboutX => LowX != 0 || HighX != 0;
        public bool TurnsAboutY => LimitY != 0;
        public bool TurnsAboutZ => LimitZ != 0;

        /// <summary>Wrists are locked about every axis: they have no motor.</summary>
        public bool IsDriven => TurnsAboutX || TurnsAboutY || TurnsAboutZ;
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

    /// <summary>A row of what the policy sees: what is told, and of which part if it is about one.</summary>
    public sealed class Observed
    {
        public readonly Seen What;
        public readonly Body Body;

        public Observed(Seen what, Body body = default(Body))
        {
            What = what;
            Body = body;
        }
    }

    /// <summary>A joint's actions: one for each axis that it turns about, None for the others; and its strength.</summary>
    public sealed class JointActions
    {
        public const int None = -1;

        public readonly Body Body;
        public readonly int X;
        public readonly int Y;
        public readonly int Z;
        public readonly int Strength;

        public JointActions(Body body, int x, int y, int z, int strength)
        {
            Body = body;
            X = x;
            Y = y;
            Z = z;
            Strength = strength;
        }
    }
}
