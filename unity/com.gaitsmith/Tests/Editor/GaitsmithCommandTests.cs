// The command lines that the window starts.

using System;
using System.Linq;
using NUnit.Framework;
using UnityEngine;

namespace Gaitsmith.Editor.Tests
{
    public sealed class GaitsmithCommandTests
    {
        static DeployRecord From(string from) => new DeployRecord { asset = "Assets/Walker.onnx", from = from };

        [Test]
        public void DeployOfARunNamesItsFolderAndPlace()
        {
            using (var folder = new TemporaryFolder())
            {
                CollectionAssert.AreEqual(
                    new[]
                    {
                        "npx", "--no", "gaitsmith", "deploy", "--run-id", "walker", "--runs-dir", "../my runs",
                        "--unity-project", "/my game", "--asset", "Assets/Walker.onnx"
                    },
                    GaitsmithCommand.DeployAgain(folder.Path, "/my game", From("../my runs/walker")));
            }
        }

        [TestCase("runs\\walker", "walker", "runs")]
        [TestCase("walker", "walker", ".")]
        [TestCase("/walker", "walker", "/")]
        public void RunIsTheLastPartOfItsPath(string from, string run, string runs)
        {
            var words = GaitsmithCommand.DeployAgain(".", "game", From(from));
            Assert.AreEqual(run, words[words.IndexOf("--run-id") + 1]);
            Assert.AreEqual(runs, words[words.IndexOf("--runs-dir") + 1]);
        }

        [Test]
        public void DeployOfAFileNamesTheFile()
        {
            var words = GaitsmithCommand.DeployAgain(".", "game", From("models/Walker.ONNX"));
            Assert.AreEqual("models/Walker.ONNX", words[words.IndexOf("--model") + 1]);
            Assert.IsFalse(words.Contains("--run-id"));
            Assert.IsNull(GaitsmithCommand.ReportOf(".", From("models/Walker.ONNX")));
        }

        [Test]
        public void SourceOfGaitsmithIsStartedByItsOwnScript()
        {
            using (var folder = new TemporaryFolder())
            {
                folder.Write("package.json", "{\n  \"name\": \"gaitsmith\"\n}");
                Assert.IsFalse(GaitsmithCommand.IsCheckout(folder.Path));
                folder.Write("pipeline/gaitsmith.ts", "");
                Assert.IsTrue(GaitsmithCommand.IsCheckout(folder.Path));
                var words = GaitsmithCommand.DeployAgain(folder.Path, "game", From("runs/walker"));
                CollectionAssert.AreEqual(new[] { "npm", "run", "deploy", "--" }, words.Take(4));
            }
        }

        [Test]
        public void ShellTakesEveryWordAsItIs()
        {
            if (Application.platform == RuntimePlatform.WindowsEditor) return;
            var words = new[] { "printf", "%s\\n", "a b", "it's", "\"quoted\"", "$HOME", "back\\slash", "`date`", "ä;&|*" };
            using (var folder = new TemporaryFolder())
            {
                var run = new CommandRun(GaitsmithCommand.Starting(words, folder.Path, false));
                run.Wait();
                Assert.AreEqual(0, run.ExitCode);
                Assert.AreEqual(string.Concat(words.Skip(2).Select(word => word + Environment.NewLine)), run.Said);
            }
        }

        [Test]
        public void CmdIsToldInQuotesAndNothingThatItWouldReadOtherwise()
        {
            var starting = GaitsmithCommand.Starting(new[] { "npx", "C:\\my game & more" }, ".", true);
            Assert.AreEqual("/d /s /c \"\"npx\" \"C:\\my game & more\"\"", starting.Arguments);
            Assert.Throws<ArgumentException>(() => GaitsmithCommand.Starting(new[] { "%PATH%" }, ".", true));
        }
    }
}
