// A command that the window has started: what it says, and how it ends.
// Where the Editor loads scripts anew the window forgets it, and it goes on: a deploy is all or nothing by itself.

using System;
using System.Diagnostics;
using System.Text;

namespace Gaitsmith.Editor
{
    public sealed class CommandRun
    {
        readonly Process m_Process;
        readonly StringBuilder m_Said = new StringBuilder();

        /// <exception cref="System.ComponentModel.Win32Exception">The shell can't be started.</exception>
        public CommandRun(ProcessStartInfo starting)
        {
            m_Process = new Process { StartInfo = starting };
            m_Process.OutputDataReceived += Hear;
            m_Process.ErrorDataReceived += Hear;
            m_Process.Start();
            m_Process.BeginOutputReadLine();
            m_Process.BeginErrorReadLine();
        }

        public bool HasEnded => m_Process.HasExited;

        /// <summary>Once it has ended.</summary>
        public int ExitCode => m_Process.ExitCode;

        /// <summary>Waits for its end, and for the last of what it says.</summary>
        public void Wait() => m_Process.WaitForExit();

        public string Said
        {
            get
            {
                lock (m_Said) return m_Said.ToString();
            }
        }

        void Hear(object sender, DataReceivedEventArgs line)
        {
            if (line.Data == null) return;
            lock (m_Said) m_Said.Append(line.Data).Append(Environment.NewLine);
        }
    }
}
