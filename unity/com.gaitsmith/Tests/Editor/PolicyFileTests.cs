// What a policy's file tells of itself.

using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using NUnit.Framework;

namespace Gaitsmith.Editor.Tests
{
    public sealed class PolicyFileTests
    {
        /// <summary>A field of bytes: fewer than 128 of them, or two bytes of length.</summary>
        static byte[] Field(int number, byte[] bytes)
        {
            var length = bytes.Length < 128
                ? new[] { (byte)bytes.Length }
                : new[] { (byte)(bytes.Length & 127 | 128), (byte)(bytes.Length >> 7) };
            return new[] { (byte)(number << 3 | 2) }.Concat(length).Concat(bytes).ToArray();
        }

        static byte[] Entry(string key, string value) =>
            Field(14, Field(1, Encoding.UTF8.GetBytes(key)).Concat(Field(2, Encoding.UTF8.GetBytes(value))).ToArray());

        /// <summary>ir_version 4, a graph of 300 bytes, and two metadata around it.</summary>
        static readonly byte[] s_File = new byte[] { 8, 4 }
            .Concat(Entry("gaitsmith.run", "läufer"))
            .Concat(Field(7, new byte[300]))
            .Concat(Entry("gaitsmith.score", "1084 +- 99"))
            .ToArray();

        [Test]
        public void MetadataStandBeforeAndAfterTheGraph()
        {
            var expected = new Dictionary<string, string> { { "gaitsmith.run", "läufer" }, { "gaitsmith.score", "1084 +- 99" } };
            CollectionAssert.AreEqual(expected, PolicyFile.MetadataOf(s_File));
        }

        [Test]
        public void FileThatEndsWithinItsLastFieldIsRefused()
        {
            var last = Entry("gaitsmith.score", "1084 +- 99").Length;
            for (var cut = 1; cut < last; cut++)
            {
                var half = s_File.Take(s_File.Length - cut).ToArray();
                Assert.Throws<InvalidDataException>(() => PolicyFile.MetadataOf(half));
            }
        }

        [TestCase("version https://git-lfs.github.com/spec/v1")]
        [TestCase("<html>")]
        public void TextIsRefused(string text)
        {
            Assert.Throws<InvalidDataException>(() => PolicyFile.MetadataOf(Encoding.ASCII.GetBytes(text)));
        }

        [Test]
        public void NothingTellsNothing() => Assert.AreEqual(0, PolicyFile.MetadataOf(new byte[0]).Count);
    }
}
