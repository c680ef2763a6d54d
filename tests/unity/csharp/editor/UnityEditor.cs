// As much of the Editor as Assets/Editor uses, and a program that starts it: `editor.exe PATH DIRTY...`, for each pair an Editor
// whose open scene lies there and has been changed or not. Says what it opened, twice: scripts may be loaded again in a session.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace UnityEngine
{
    public static class Application
    {
        public static bool isBatchMode => false;
    }
}

namespace UnityEngine.SceneManagement
{
    public struct Scene
    {
        public string path { get; set; }
        public bool isDirty { get; set; }
    }

    public static class SceneManager
    {
        public static Scene Active;

        public static Scene GetActiveScene() => Active;
    }
}

namespace UnityEditor
{
    public sealed class InitializeOnLoadAttribute : Attribute
    {
    }

    public static class EditorApplication
    {
        public delegate void CallbackFunction();

        public static CallbackFunction delayCall;
        public static bool isPlayingOrWillChangePlaymode => false;
    }

    public static class SessionState
    {
        public static readonly Dictionary<string, bool> Bools = new Dictionary<string, bool>();

        public static bool GetBool(string key, bool otherwise) => Bools.ContainsKey(key) ? Bools[key] : otherwise;

        public static void SetBool(string key, bool value) => Bools[key] = value;
    }
}

namespace UnityEditor.SceneManagement
{
    public static class EditorSceneManager
    {
        public static readonly List<string> Opened = new List<string>();

        public static void OpenScene(string path) => Opened.Add(path);
    }
}

public static class Program
{
    public static void Main(string[] arguments)
    {
        var scripts = Assembly.GetExecutingAssembly().GetTypes()
            .Where(type => type.GetCustomAttributes(typeof(UnityEditor.InitializeOnLoadAttribute), false).Length > 0);
        foreach (var script in scripts) RuntimeHelpers.RunClassConstructor(script.TypeHandle);
        for (var at = 0; at < arguments.Length; at += 2)
        {
            UnityEditor.SessionState.Bools.Clear();
            UnityEditor.SceneManagement.EditorSceneManager.Opened.Clear();
            UnityEngine.SceneManagement.SceneManager.Active = new UnityEngine.SceneManagement.Scene
            {
                path = arguments[at],
                isDirty = arguments[at + 1] == "dirty"
            };
            UnityEditor.EditorApplication.delayCall();
            UnityEditor.EditorApplication.delayCall();
            Console.WriteLine(string.Join(" ", UnityEditor.SceneManagement.EditorSceneManager.Opened));
        }
    }
}
