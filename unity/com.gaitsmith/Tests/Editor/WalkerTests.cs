// The walker's tables hang together, as they must for a policy of 243 observations and 39 actions.

#if GAITSMITH_ML_AGENTS
using System.Linq;
using NUnit.Framework;

namespace Gaitsmith.Editor.Tests
{
    public sealed class WalkerTests
    {
        static int SizeOf(Seen what)
        {
            switch (what)
            {
                case Seen.SpeedError:
                case Seen.GroundContact:
                case Seen.Strength:
                    return 1;
                case Seen.HipsToGoal:
                case Seen.HeadToGoal:
                case Seen.Rotation:
                    return 4;
                default:
                    return 3;
            }
        }

        [Test]
        public void ObservationsAre243Numbers()
        {
            Assert.AreEqual(243, WalkerTables.Observations.Sum(row => SizeOf(row.What)));
        }

        [Test]
        public void EachOf39ActionsHasOneMeaning()
        {
            var used = WalkerTables.Actions
                .SelectMany(row => new[] { row.X, row.Y, row.Z, row.Strength })
                .Where(action => action != JointActions.None)
                .OrderBy(action => action);
            CollectionAssert.AreEqual(Enumerable.Range(0, 39), used);
        }

        [Test]
        public void EachPartComesAfterTheOneItHangsOn()
        {
            var made = WalkerRig.TreeOrder.ToList();
            Assert.AreEqual(WalkerRig.Parts.Length, made.Distinct().Count());
            foreach (var part in WalkerRig.Parts.Where(part => part.Parent.HasValue))
            {
                Assert.IsTrue(made.IndexOf(part.Parent.Value) < made.IndexOf(part.Body));
            }
        }

        [Test]
        public void SettingIsWrittenAndThenAsTrained()
        {
            var now = 9.81f;
            var setting = new PhysicsSetting("gravity", 14.715f, false, () => now, value => now = value);
            Assert.IsFalse(setting.IsAsTrained);
            setting.Apply();
            Assert.IsTrue(setting.IsAsTrained);
            Assert.AreEqual(14.715f, now);
        }
    }
}
#endif
