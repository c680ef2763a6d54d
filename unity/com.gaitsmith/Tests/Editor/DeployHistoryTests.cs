// What is deployed, by the records of deploys and rollbacks.

using System.IO;
using System.Linq;
using NUnit.Framework;

namespace Gaitsmith.Editor.Tests
{
    public sealed class DeployHistoryTests
    {
        const string Asset = "Assets/Walker.onnx";

        TemporaryFolder m_Project;

        [SetUp]
        public void Begin() => m_Project = new TemporaryFolder();

        [TearDown]
        public void End() => m_Project.Dispose();

        /// <summary>Deploys by hand: the model's bytes are the text.</summary>
        string Model(string text) => DeployHistory.Sha256(m_Project.Write(Asset, text));

        void Record(string id, string what, string sha256, string phase = "done", string from = "runs/walker",
            string folder = "Library/Gaitsmith")
        {
            var hash = sha256 == null ? "null" : $"\"{sha256}\"";
            m_Project.Write($"{folder}/{id}/record.json",
                $"{{\"format\": 1, \"id\": \"{id}\", \"phase\": \"{phase}\", \"when\": \"2026-01-31T12:00:00.000Z\", " +
                $"\"what\": \"{what}\", \"asset\": \"{Asset}\", \"from\": \"{from}\", \"sha256\": {hash}, " +
                "\"sha256Before\": null, \"score\": null, \"folders\": [], \"emptied\": [], \"files\": [{\"path\": \"a\"}]}");
        }

        DeployedModel TheModel() => DeployHistory.Of(m_Project.Path).Models(m_Project.Path).Single();

        [Test]
        public void ProjectThatKnowsOfNoDeployHasNoModels()
        {
            Assert.AreEqual(0, DeployHistory.Of(m_Project.Path).Models(m_Project.Path).Count);
        }

        [Test]
        public void LastDeployIsTold()
        {
            Record("1", "deploy", Model("old"), from: "runs/old");
            Record("2", "deploy", Model("new"), from: "runs/new");
            Assert.AreEqual(ModelState.AsDeployed, TheModel().State);
            Assert.AreEqual("runs/new", TheModel().Last.from);
            Assert.IsTrue(string.IsNullOrEmpty(TheModel().Last.score));
        }

        [Test]
        public void FileThatWasChangedSinceIsTold()
        {
            Record("1", "deploy", Model("deployed"));
            Model("by hand");
            Assert.AreEqual(ModelState.Changed, TheModel().State);
        }

        [Test]
        public void FileThatIsGoneIsTold()
        {
            Record("1", "deploy", Model("deployed"));
            File.Delete(Path.Combine(m_Project.Path, Asset));
            Assert.AreEqual(ModelState.Missing, TheModel().State);
        }

        [Test]
        public void RollbackToAnEarlierDeployHasThatOneAsItsOrigin()
        {
            Record("2", "deploy", Model("new"), from: "runs/new");
            var old = Model("old");
            Record("1", "deploy", old, from: "runs/old");
            Record("3", "rollback", old, from: "before runs/new");
            Assert.AreEqual(ModelState.AsDeployed, TheModel().State);
            Assert.AreEqual("runs/old", TheModel().Origin.from);
        }

        [Test]
        public void RollbackOfTheFirstDeployLeavesNothing()
        {
            Record("1", "deploy", Model("new"));
            File.Delete(Path.Combine(m_Project.Path, Asset));
            Record("2", "rollback", null, from: "before runs/walker");
            Assert.AreEqual(ModelState.TakenBack, TheModel().State);
            Assert.IsNull(TheModel().Origin);
        }

        [TestCase("placing")]
        [TestCase("undoing")]
        public void DeployThatWasKilledIsTold(string phase)
        {
            Record("1", "deploy", Model("half"), phase);
            Assert.AreEqual(ModelState.Unfinished, TheModel().State);
        }

        [Test]
        public void RecordsBesideALinkedLibraryCountToo()
        {
            Record("1", "deploy", Model("new"), folder: ".gaitsmith");
            Assert.AreEqual(ModelState.AsDeployed, TheModel().State);
        }

        [TestCase("{\"format\": 1, \"id\"")]
        [TestCase("{\"format\": 2, \"id\": \"1\", \"asset\": \"Assets/Walker.onnx\", \"from\": \"runs/walker\"}")]
        [TestCase("{\"format\": 1, \"id\": \"another\", \"asset\": \"Assets/Walker.onnx\", \"from\": \"runs/walker\"}")]
        public void RecordThatCanNotBeReadIsNamedAndNoOther(string text)
        {
            m_Project.Write("Library/Gaitsmith/1/record.json", text);
            Record("2", "deploy", Model("new"));
            Directory.CreateDirectory(Path.Combine(m_Project.Path, "Library/Gaitsmith/3"));
            var history = DeployHistory.Of(m_Project.Path);
            Assert.AreEqual("1", Path.GetFileName(Path.GetDirectoryName(history.Damaged.Single())));
            Assert.AreEqual(1, history.Models(m_Project.Path).Count);
        }
    }
}
