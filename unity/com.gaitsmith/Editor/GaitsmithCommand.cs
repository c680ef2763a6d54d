// The command lines that the window starts, word by word, and how a shell of this system is told them.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace Gaitsmith.Editor
{
    public static class GaitsmithCommand
    {
        /// <summary>The same deploy again, with what its run or file is by now.</summary>
        /// <param name="folder">Where Gaitsmith is started; paths in the record are seen from there.</param>
        public static List<string> DeployAgain(string folder, string project, DeployRecord record)
        {
            var words = new List<string>(IsCheckout(folder)
                ? new[] { "npm", "run", "deploy", "--" }
                : new[] { "npx", "--no", "gaitsmith", "deploy" });
            words.AddRange(record.IsOfFile
                ? new[] { "--model", record.from }
                : new[] { "--run-id", LastPart(record.from), "--runs-dir", FolderOf(record.from) });
            words.AddRange(new[] { "--unity-project", project, "--asset", record.asset });
            return words;
        }

        /// <summary>The report of the run that a record tells of; null where it came from a file.</summary>
        public static string ReportOf(string folder, DeployRecord record) =>
            record.IsOfFile ? null : Path.GetFullPath(Path.Combine(folder, record.from, "report.html"));

        /// <summary>Whether the folder is Gaitsmith itself, as it comes from Git, and not a project that has it installed.</summary>
        public static bool IsCheckout(string folder)
        {
            var path = Path.Combine(folder, "package.json");
            return File.Exists(path) && File.Exists(Path.Combine(folder, "pipeline/gaitsmith.ts"))
                && File.ReadAllText(path).Contains("\"name\": \"gaitsmith\"");
        }

        /// <summary>
        /// Through a shell: on Windows npm and npx are scripts of cmd's, and elsewhere an Editor that was started from the desktop
        /// has not the PATH that a terminal has, so a login shell is asked.
        /// </summary>
        public static ProcessStartInfo Starting(IEnumerable<string> words, string folder, bool isWindows)
        {
            var arguments = isWindows
                ? $"/d /s /c \"{string.Join(" ", words.Select(QuotedForCmd))}\""
                : $"-lc \"{EscapedInQuotes(string.Join(" ", words.Select(QuotedForShell)))}\"";
            return new ProcessStartInfo(isWindows ? "cmd.exe" : LoginShell(), arguments)
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                CreateNoWindow = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            };
        }

        /// <summary>The user's, where it is one that reads quotes as sh does.</summary>
        static string LoginShell()
        {
            var shell = Environment.GetEnvironmentVariable("SHELL") ?? "";
            return new[] { "bash", "zsh" }.Contains(LastPart(shell)) && File.Exists(shell) ? shell : "/bin/sh";
        }

        static string QuotedForShell(string word) => $"'{word.Replace("'", "'\\''")}'";

        static string EscapedInQuotes(string text) => text.Replace("\\", "\\\\").Replace("\"", "\\\"");

        /// <exception cref="ArgumentException">cmd can't be told such a word.</exception>
        static string QuotedForCmd(string word)
        {
            if (word.IndexOfAny(new[] { '"', '%', '\r', '\n' }) >= 0) throw new ArgumentException($"cmd can't be told: {word}");
            return $"\"{word}\"";
        }

        static string LastPart(string path) => path.Substring(path.LastIndexOfAny(new[] { '/', '\\' }) + 1);

        /// <summary>"runs" of "runs/walker".</summary>
        static string FolderOf(string path)
        {
            var at = path.LastIndexOfAny(new[] { '/', '\\' });
            return at < 0 ? "." : at == 0 ? "/" : path.Substring(0, at);
        }
    }
}
