// As much of UnityEditor as the package's window uses. What it does to a project is written down beside what is drawn.

using System;
using System.Collections.Generic;
using UnityEngine;
using Object = UnityEngine.Object;

namespace UnityEditor
{
    public sealed class MenuItem : Attribute
    {
        public MenuItem(string path)
        {
        }
    }

    public class EditorWindow
    {
        public static T GetWindow<T>(string title) where T : EditorWindow, new() => new T();

        public void Repaint()
        {
        }
    }

    public static class EditorApplication
    {
        public delegate void CallbackFunction();

        public static CallbackFunction delayCall;
    }

    public enum MessageType { None, Info, Warning, Error }

    public static class EditorStyles
    {
        public static GUIStyle boldLabel { get; } = new GUIStyle();
    }

    public static class EditorGUI
    {
        public sealed class DisabledScope : IDisposable
        {
            readonly bool m_Disabled;

            public DisabledScope(bool disabled)
            {
                m_Disabled = disabled;
                if (disabled) Gui.Disabled++;
            }

            public void Dispose()
            {
                if (m_Disabled) Gui.Disabled--;
            }
        }
    }

    public static class EditorGUILayout
    {
        public static Vector2 BeginScrollView(Vector2 at) => at;

        public static void EndScrollView()
        {
        }

        public static void BeginHorizontal()
        {
        }

        public static void EndHorizontal()
        {
        }

        public static void LabelField(string label, GUIStyle style) => Gui.Drawn.Add($"# {label}");

        public static void LabelField(string label, string value) => Gui.Drawn.Add($"{label}: {value}");

        public static void HelpBox(string message, MessageType type) => Gui.Drawn.Add($"{type}: {message}");

        public static string TextArea(string text)
        {
            Gui.Drawn.Add(text);
            return text;
        }

        public static string TextField(string label, string text)
        {
            Gui.Drawn.Add($"{label}: {text}");
            return text;
        }
    }

    public static class EditorUserSettings
    {
        static readonly Dictionary<string, string> s_Values = new Dictionary<string, string>();

        public static string GetConfigValue(string name) => s_Values.ContainsKey(name) ? s_Values[name] : null;

        public static void SetConfigValue(string name, string value) => s_Values[name] = value;
    }

    public static class EditorUtility
    {
        public static string Chosen = "";

        public static string OpenFolderPanel(string title, string folder, string name) => Chosen;

        public static bool DisplayDialog(string title, string message, string ok, string cancel)
        {
            Gui.Drawn.Add($"asked {title}");
            return true;
        }

        public static void SetDirty(Object what) => Gui.Drawn.Add($"to be saved: {what.name}");
    }

    public static class EditorGUIUtility
    {
        public static void PingObject(Object what) => Gui.Drawn.Add($"shown {what.name}");
    }

    public static class Selection
    {
        public static Object activeObject;
    }

    public static class AssetDatabase
    {
        public static Object LoadMainAssetAtPath(string path) => new Object { name = path };

        public static Object[] LoadAllAssetsAtPath(string path) => new[] { new Object { name = path } };

        public static void SaveAssets() => Gui.Drawn.Add("saved");

        public static void Refresh() => Gui.Drawn.Add("imported");
    }
}

namespace UnityEditor.PackageManager
{
    public static class Client
    {
        public static void Add(string package) => Gui.Drawn.Add($"added {package}");
    }
}
