// Window > Gaitsmith: which run is deployed, how well it walks, whether the project has the physics of the training; deploys
// again and opens the report.

using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Linq;
using UnityEditor;
using UnityEngine;

namespace Gaitsmith.Editor
{
    public sealed class GaitsmithWindow : EditorWindow
    {
        const string FolderSetting = "Gaitsmith.Folder";

        static readonly Dictionary<ModelState, string> s_States = new Dictionary<ModelState, string>
        {
            { ModelState.AsDeployed, "as deployed" },
            { ModelState.Changed, "another file has taken its place since" },
            { ModelState.Missing, "the file is gone" },
            { ModelState.TakenBack, "its deploy was taken back" },
            { ModelState.Unfinished, "the deploy was killed on its way: the next one finishes or undoes it" }
        };

        /// <summary>What a policy's file tells of itself, and what that is called here.</summary>
        static readonly Dictionary<string, string> s_Provenance = new Dictionary<string, string>
        {
            { "gaitsmith.run", "run" },
            { "gaitsmith.steps", "decisions" },
            { "gaitsmith.score", "held-out score" },
            { "gaitsmith.reward", "reward in training" },
            { "gaitsmith.seed", "seed" },
            { "gaitsmith.commit", "commit" },
            { "gaitsmith.version", "Gaitsmith" }
        };

        DeployHistory m_History = new DeployHistory();
        List<DeployedModel> m_Models = new List<DeployedModel>();
        Dictionary<string, Dictionary<string, string>> m_Metadata = new Dictionary<string, Dictionary<string, string>>();
        string m_Problem = "";
        string m_Said = "";
        CommandRun m_Running;
        Vector2 m_Scroll;

        [MenuItem("Window/Gaitsmith")]
        static void Open() => GetWindow<GaitsmithWindow>("Gaitsmith");

        static string Project => Path.GetDirectoryName(Application.dataPath);

        /// <summary>Where Gaitsmith is started: of this project and this user.</summary>
        static string Folder
        {
            get { return EditorUserSettings.GetConfigValue(FolderSetting) ?? ""; }
            set { EditorUserSettings.SetConfigValue(FolderSetting, value); }
        }

        void OnEnable() => Look();

        void OnFocus() => Look();

        /// <summary>Reads anew what is deployed.</summary>
        void Look()
        {
            try
            {
                m_History = DeployHistory.Of(Project);
                var models = m_History.Models(Project);
                m_Metadata = models.ToDictionary(model => model.Last.asset, MetadataOf);
                m_Models = models;
                m_Problem = "";
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
            {
                m_Problem = error.Message;
            }
        }

        static Dictionary<string, string> MetadataOf(DeployedModel model)
        {
            var path = Path.Combine(Project, model.Last.asset);
            try
            {
                if (File.Exists(path)) return PolicyFile.MetadataOf(File.ReadAllBytes(path));
            }
            catch (InvalidDataException)
            {
                // A file that tells nothing.
            }
            return new Dictionary<string, string>();
        }

        /// <summary>Ten times a second: sees whether a command has ended.</summary>
        void OnInspectorUpdate()
        {
            if (m_Running == null) return;
            m_Said = m_Running.Said;
            if (m_Running.HasEnded)
            {
                m_Running.Wait();
                m_Said = $"{m_Running.Said}{(m_Running.ExitCode == 0 ? "done" : $"failed: exit code {m_Running.ExitCode}")}";
                m_Running = null;
                AssetDatabase.Refresh();
                Look();
            }
            Repaint();
        }

        void OnGUI()
        {
            m_Scroll = EditorGUILayout.BeginScrollView(m_Scroll);
            DrawFolder();
            DrawModels();
            DrawPhysics();
            if (m_Problem != "") EditorGUILayout.HelpBox(m_Problem, MessageType.Error);
            if (m_Said != "") EditorGUILayout.TextArea(m_Said);
            EditorGUILayout.EndScrollView();
        }

        void DrawFolder()
        {
            EditorGUILayout.LabelField("Gaitsmith", EditorStyles.boldLabel);
            EditorGUILayout.BeginHorizontal();
            var folder = EditorGUILayout.TextField("Folder to start it in", Folder);
            if (GUILayout.Button("Choose")) Later(ChooseFolder);
            EditorGUILayout.EndHorizontal();
            if (folder != Folder) Folder = folder;
            if (!Directory.Exists(folder))
            {
                EditorGUILayout.HelpBox("Choose the folder in which you train and deploy: the one that has the runs in it.",
                    MessageType.Info);
            }
        }

        /// <summary>Where a dialog opens while the window draws, Unity loses count of what is nested in what.</summary>
        static void Later(Action act) => EditorApplication.delayCall += () => act();

        void ChooseFolder()
        {
            var chosen = EditorUtility.OpenFolderPanel("The folder that has package.json and runs", Folder, "");
            if (chosen != "") Folder = chosen;
            Repaint();
        }

        void DrawModels()
        {
            EditorGUILayout.LabelField("Deployed", EditorStyles.boldLabel);
            if (m_Models.Count == 0)
            {
                EditorGUILayout.HelpBox($"Nothing is remembered. Deploy with: npx gaitsmith deploy --unity-project \"{Project}\"",
                    MessageType.Info);
            }
            foreach (var model in m_Models) DrawModel(model);
            foreach (var path in m_History.Damaged)
            {
                EditorGUILayout.HelpBox($"This record of a deploy can't be read: {path}", MessageType.Warning);
            }
        }

        void DrawModel(DeployedModel model)
        {
            var last = model.Last;
            EditorGUILayout.LabelField(last.asset, EditorStyles.boldLabel);
            EditorGUILayout.LabelField("state", s_States[model.State]);
            EditorGUILayout.LabelField("deployed from", last.from);
            EditorGUILayout.LabelField("at", last.when);
            if (!string.IsNullOrEmpty(last.score)) EditorGUILayout.LabelField("score", last.score);
            var metadata = m_Metadata[last.asset];
            foreach (var row in s_Provenance.Where(row => metadata.ContainsKey(row.Key)))
            {
                EditorGUILayout.LabelField(row.Value, metadata[row.Key]);
            }
            EditorGUILayout.BeginHorizontal();
            if (GUILayout.Button("Select")) Select(last.asset);
            // After a rollback: the deploy that is in place again.
            var again = model.Origin ?? (last.IsRollback ? null : last);
            using (new EditorGUI.DisabledScope(again == null || m_Running != null || !Directory.Exists(Folder)))
            {
                if (GUILayout.Button("Deploy again") && again != null) DeployAgain(again);
                if (GUILayout.Button("Open report") && again != null) OpenReport(again);
            }
            EditorGUILayout.EndHorizontal();
        }

        static void Select(string asset)
        {
            Selection.activeObject = AssetDatabase.LoadMainAssetAtPath(asset);
            EditorGUIUtility.PingObject(Selection.activeObject);
        }

        void DeployAgain(DeployRecord record)
        {
            try
            {
                var words = GaitsmithCommand.DeployAgain(Folder, Project, record);
                var isWindows = Application.platform == RuntimePlatform.WindowsEditor;
                m_Running = new CommandRun(GaitsmithCommand.Starting(words, Folder, isWindows));
                m_Problem = "";
                m_Said = string.Join(" ", words);
            }
            catch (Exception error) when (error is Win32Exception || error is ArgumentException)
            {
                m_Problem = error.Message;
            }
        }

        void OpenReport(DeployRecord record)
        {
            var report = GaitsmithCommand.ReportOf(Folder, record);
            if (report != null && File.Exists(report)) Application.OpenURL(new Uri(report).AbsoluteUri);
            else m_Problem = report == null ? "It was deployed from a file: no run, no report." : $"There is no report yet: {report}";
        }

        void DrawPhysics()
        {
            EditorGUILayout.LabelField("Physics", EditorStyles.boldLabel);
#if GAITSMITH_ML_AGENTS
            foreach (var setting in PhysicsCheck.Settings)
            {
                var told = setting.IsAsTrained ? $"{setting.Now}, as trained" : $"{setting.Now}, trained with {setting.Trained}";
                EditorGUILayout.LabelField(setting.Name, told);
            }
            var others = PhysicsCheck.Settings.Where(setting => !setting.IsAsTrained).ToArray();
            if (others.Length > 0 && GUILayout.Button("Make them as trained")) Later(() => Apply(others));
#else
            EditorGUILayout.HelpBox("The walker needs ML-Agents (com.unity.ml-agents), 2.0 or newer: 4.0 for Unity 6.",
                MessageType.Warning);
            if (GUILayout.Button("Add ML-Agents")) UnityEditor.PackageManager.Client.Add(MlAgents);
#endif
        }

#if GAITSMITH_ML_AGENTS
        /// <summary>Of the open project's settings, which an open Editor would write back over whatever a command wrote.</summary>
        static void Apply(IReadOnlyCollection<PhysicsSetting> settings)
        {
            var names = string.Join("\n", settings.Select(setting => $"{setting.Name}: {setting.Trained}"));
            var asked = $"{names}\n\nThey hold for the whole game: with another gravity everything falls differently.";
            if (!EditorUtility.DisplayDialog("Physics of the training", asked, "Change them", "Leave them")) return;
            foreach (var setting in settings) setting.Apply();
            foreach (var path in new[] { "ProjectSettings/DynamicsManager.asset", "ProjectSettings/TimeManager.asset" })
            {
                foreach (var each in AssetDatabase.LoadAllAssetsAtPath(path)) EditorUtility.SetDirty(each);
            }
            AssetDatabase.SaveAssets();
        }
#elif UNITY_6000_0_OR_NEWER
        const string MlAgents = "com.unity.ml-agents@4.0.0";
#else
        const string MlAgents = "com.unity.ml-agents@2.0.1";
#endif
    }
}
