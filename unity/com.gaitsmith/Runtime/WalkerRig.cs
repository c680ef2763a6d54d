// The walker's body as data: 16 parts with their shapes and masses, and the joints between them.
// The order is the one in which the policy observes them. Metres, kilograms and degrees; x right, y up, z forward.
// Written by `npm run build:unity` from the world that Gaitsmith trains in. Changes belong there: a test compares
// this file with it byte for byte.

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

    public static class WalkerRig
    {
        // Every motor: N m/rad, N m s/rad, and the most torque at full strength in N m.
        public const float Stiffness = 40000;
        public const float Damping = 5000;
        public const float MaxStrength = 20000;

        // Of every part, a second.
        public const float LinearDamping = 0.05f;
        public const float AngularDamping = 0.05f;

        // As the parts hang on one another in ML-Agents' own prefab: each before its children, and those in this order.
        public static readonly Body[] TreeOrder =
        {
            Body.Hips,
            Body.Spine,
            Body.Chest,
            Body.Head,
            Body.ArmL,
            Body.ForearmL,
            Body.HandL,
            Body.ArmR,
            Body.ForearmR,
            Body.HandR,
            Body.ThighL,
            Body.ShinL,
            Body.FootL,
            Body.ThighR,
            Body.ShinR,
            Body.FootR
        };

        // As parts and joints are to be made: the joint that is to be solved first is the last.
        public static readonly Body[] EnteringOrder =
        {
            Body.FootL,
            Body.ShinL,
            Body.ThighL,
            Body.FootR,
            Body.ShinR,
            Body.ThighR,
            Body.HandR,
            Body.ForearmR,
            Body.ArmR,
            Body.HandL,
            Body.ForearmL,
            Body.ArmL,
            Body.Head,
            Body.Chest,
            Body.Spine,
            Body.Hips
        };

        public static readonly Part[] Parts =
        {
            new Part(Body.Hips, null, new Vector3(0, 0.953f, 0), 15, Shape.Capsule(0.1f, 0.42f, 0), false,
                null),
            new Part(Body.Chest, Body.Spine, new Vector3(0, 0.26565f, 0), 8, Shape.Capsule(0.13f, 0.45f, 0), false,
                new Coupling(new Vector3(0, -0.16f, 0), new Vector3(1, 0, 0), new Vector3(0, 0, -1), -20, 20, 20, 15)),
            new Part(Body.Spine, Body.Hips, new Vector3(0, 0.22539f, 0), 10, Shape.Capsule(0.08f, 0.36f, 0), false,
                new Coupling(new Vector3(0, -0.1f, 0), new Vector3(1, 0, 0), new Vector3(0, 0, -1), -20, 20, 20, 15)),
            new Part(Body.Head, Body.Chest, new Vector3(0, 0.44946f, 0), 6, Shape.Sphere(0.22f), false,
                new Coupling(new Vector3(0, -0.28f, 0), new Vector3(1, 0, 0), new Vector3(0, 0, -1), -30, 10, 20, 0)),
            new Part(Body.ThighL, Body.Hips, new Vector3(-0.131998f, -0.264f, 0), 14, Shape.Capsule(0.09f, 0.3f, 1), false,
                new Coupling(new Vector3(0, 0.16f, 0), new Vector3(-1, 0, 0), new Vector3(0, 0, -1), -90, 60, 40, 0)),
            new Part(Body.ShinL, Body.ThighL, new Vector3(0, -0.33f, 0), 7, Shape.Capsule(0.06f, 0.32f, 1), true,
                new Coupling(new Vector3(0, 0.17f, 0), new Vector3(-1, 0, 0), new Vector3(0, 0, -1), 0, 120, 0, 0)),
            new Part(Body.FootL, Body.ShinL, new Vector3(0, -0.198f, 0), 5, Shape.Box(new Vector3(0.127848f, 0.043051f, 0.230025f), new Vector3(0, -0.000218f, 0.032833f)), true,
                new Coupling(new Vector3(0, 0.03f, 0), new Vector3(1, 0, 0), new Vector3(0, 1, 0), -20, 20, 20, 20)),
            new Part(Body.ThighR, Body.Hips, new Vector3(0.131998f, -0.264f, 0), 14, Shape.Capsule(0.09f, 0.3f, 1), false,
                new Coupling(new Vector3(0, 0.16f, 0), new Vector3(-1, 0, 0), new Vector3(0, 0, -1), -90, 60, 40, 0)),
            new Part(Body.ShinR, Body.ThighR, new Vector3(0, -0.33f, 0), 7, Shape.Capsule(0.06f, 0.32f, 1), true,
                new Coupling(new Vector3(0, 0.17f, 0), new Vector3(-1, 0, 0), new Vector3(0, 0, -1), 0, 120, 0, 0)),
            new Part(Body.FootR, Body.ShinR, new Vector3(0, -0.198f, 0), 5, Shape.Box(new Vector3(0.127848f, 0.043051f, 0.230025f), new Vector3(0, -0.000218f, 0.032833f)), true,
                new Coupling(new Vector3(0, 0.03f, 0), new Vector3(1, 0, 0), new Vector3(0, 1, 0), -20, 20, 20, 20)),
            new Part(Body.ArmL, Body.Chest, new Vector3(-0.4125f, 0, 0), 4, Shape.Capsule(0.08f, 0.33f, 0), false,
                new Coupling(new Vector3(0.18f, 0, 0), new Vector3(0, -1, 0), new Vector3(0, 0, 1), -60, 120, 100, 0)),
            new Part(Body.ForearmL, Body.ArmL, new Vector3(-0.33f, 0, 0), 3, Shape.Capsule(0.08f, 0.3f, 0), false,
                new Coupling(new Vector3(0.16f, 0, 0), new Vector3(0, -1, 0), new Vector3(0, 0, 1), 0, 160, 0, 0)),
            new Part(Body.HandL, Body.ForearmL, new Vector3(-0.231f, 0, 0), 2, Shape.Sphere(0.08f), false,
                new Coupling(new Vector3(0, 0, 0), new Vector3(1, 0, 0), new Vector3(0, 0, 1), 0, 0, 0, 0)),
            new Part(Body.ArmR, Body.Chest, new Vector3(0.4125f, 0, 0), 4, Shape.Capsule(0.08f, 0.33f, 0), false,
                new Coupling(new Vector3(-0.18f, 0, 0), new Vector3(0, 1, 0), new Vector3(0, 0, 1), -60, 120, 100, 0)),
            new Part(Body.ForearmR, Body.ArmR, new Vector3(0.33f, 0, 0), 3, Shape.Capsule(0.08f, 0.3f, 0), false,
                new Coupling(new Vector3(-0.16f, 0, 0), new Vector3(0, 1, 0), new Vector3(0, 0, 1), 0, 160, 0, 0)),
            new Part(Body.HandR, Body.ForearmR, new Vector3(0.231f, 0, 0), 2, Shape.Sphere(0.08f), false,
                new Coupling(new Vector3(0, 0, 0), new Vector3(1, 0, 0), new Vector3(0, 0, 1), 0, 0, 0, 0))
        };
    }
}
