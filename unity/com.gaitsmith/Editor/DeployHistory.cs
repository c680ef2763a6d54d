// What was deployed into this project, read from what `gaitsmith deploy` remembers of it. Only reads.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using UnityEngine;

namespace Gaitsmith.Editor
{
    public enum ModelState
    {
        /// <summary>The file is the one that was deployed.</summary>
        AsDeployed,

        /// <summary>Another file has taken its place since.</summary>
        Changed,

        /// <summary>There is none, though one was deployed.</summary>
        Missing,

        /// <summary>There is none, because its deploy was taken back.</summary>
        TakenBack,

        /// <summary>A deploy was killed on its way; the next one finishes or undoes it.</summary>
        Unfinished
    }

    /// <summary>A model that was deployed once, as it is now.</summary>
    public sealed class DeployedModel
    {
        /// <summary>Of the last deploy or rollback.</summary>
        public readonly DeployRecord Last;

        /// <summary>The deploy that brought the file which is to be there; null where it is older than all that is remembered.</summary>
        public readonly DeployRecord Origin;

        public readonly ModelState State;

        public DeployedModel(DeployRecord last, DeployRecord origin, ModelState state)
        {
            Last = last;
            Origin = origin;
            State = state;
        }
    }

    public sealed class DeployHistory
    {
        /// <summary>From old to new.</summary>
        public readonly List<DeployRecord> Records = new List<DeployRecord>();

        /// <summary>Records that could not be read.</summary>
        public readonly List<string> Damaged = new List<string>();

        /// <summary>Under Library, or beside it where that is linked to another disk.</summary>
        static readonly string[] s_Folders = { "Library/Gaitsmith", ".gaitsmith" };

        /// <param name="project">The folder that has Assets in it.</param>
        public static DeployHistory Of(string project)
        {
            var history = new DeployHistory();
            foreach (var folder in s_Folders.Select(each => Path.Combine(project, each)).Where(Directory.Exists))
            {
                foreach (var each in Directory.GetDirectories(folder)) history.Add(Path.Combine(each, "record.json"));
            }
            history.Records.Sort((one, other) => string.CompareOrdinal(one.id, other.id));
            return history;
        }

        void Add(string path)
        {
            // A deploy that was killed before it changed anything has none.
            if (!File.Exists(path)) return;
            try
            {
                var record = JsonUtility.FromJson<DeployRecord>(File.ReadAllText(path));
                var isWhole = record != null && record.format == 1 && record.id == Path.GetFileName(Path.GetDirectoryName(path))
                    && !string.IsNullOrEmpty(record.asset) && record.from != null;
                if (!isWhole) throw new ArgumentException("not a record");
                Records.Add(record);
            }
            catch (Exception error) when (error is ArgumentException || error is IOException || error is UnauthorizedAccessException)
            {
                Damaged.Add(path);
            }
        }

        /// <summary>Every model that was deployed, as it is now, by its path in the project.</summary>
        public List<DeployedModel> Models(string project) => Records
            .GroupBy(record => record.asset)
            .OrderBy(records => records.Key, StringComparer.Ordinal)
            .Select(records => ModelOf(project, records.ToList()))
            .ToList();

        static DeployedModel ModelOf(string project, IReadOnlyList<DeployRecord> records)
        {
            var last = records[records.Count - 1];
            var origin = records.LastOrDefault(record =>
                !record.IsRollback && record.IsDone && !string.IsNullOrEmpty(last.sha256) && record.sha256 == last.sha256);
            return new DeployedModel(last, origin, StateOf(Path.Combine(project, last.asset), last));
        }

        static ModelState StateOf(string path, DeployRecord last)
        {
            if (!last.IsDone) return ModelState.Unfinished;
            var isThere = File.Exists(path);
            if (string.IsNullOrEmpty(last.sha256)) return isThere ? ModelState.Changed : ModelState.TakenBack;
            if (!isThere) return ModelState.Missing;
            return Sha256(path) == last.sha256 ? ModelState.AsDeployed : ModelState.Changed;
        }

        /// <summary>In 64 lower-case hexadecimal digits.</summary>
        public static string Sha256(string path)
        {
            using (var algorithm = SHA256.Create())
            using (var file = File.OpenRead(path))
            {
                return string.Concat(algorithm.ComputeHash(file).Select(each => each.ToString("x2")));
            }
        }
    }
}
