// A folder for the files of a test, which goes with it.

using System;
using System.IO;

namespace Gaitsmith.Editor.Tests
{
    sealed class TemporaryFolder : IDisposable
    {
        public readonly string Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"gaitsmith {Guid.NewGuid():N}");

        public TemporaryFolder()
        {
            Directory.CreateDirectory(Path);
        }

        /// <summary>Writes a file, and the folders on the way. Returns its whole path.</summary>
        public string Write(string path, string text)
        {
            var whole = System.IO.Path.Combine(Path, path);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(whole));
            File.WriteAllText(whole, text);
            return whole;
        }

        public void Dispose() => Directory.Delete(Path, true);
    }
}
