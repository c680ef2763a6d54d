// What `gaitsmith deploy` remembers of a deploy: record.json, in a folder of its own under Library/Gaitsmith.

using System;

namespace Gaitsmith.Editor
{
    /// <summary>The fields have the file's names. Where the file says null, they are empty.</summary>
    [Serializable]
    public sealed class DeployRecord
    {
        public int format;

        /// <summary>Ids sort as deploys came.</summary>
        public string id;

        /// <summary>"placing" and "undoing": killed on the way, and the next deploy sees to it; "done".</summary>
        public string phase;

        /// <summary>In UTC: 2026-01-31T12:00:00.000Z.</summary>
        public string when;

        /// <summary>"deploy" or "rollback".</summary>
        public string what;

        /// <summary>The model in the project: Assets/Walker/Walker.onnx.</summary>
        public string asset;

        /// <summary>The run that the model comes from (runs/walker), or else its file. A rollback says "before ...".</summary>
        public string from;

        /// <summary>Of the model afterwards; empty where there is none.</summary>
        public string sha256;

        /// <summary>Of its held-out evaluation: "1084.1 +- 98.8". Empty where there was none.</summary>
        public string score;

        public bool IsDone => phase == "done";
        public bool IsRollback => what == "rollback";

        /// <summary>Whether it came from a file that no run vouches for.</summary>
        public bool IsOfFile => from.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);
    }
}
