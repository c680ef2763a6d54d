// Two things that an Editor does with the package.
//
//   host.exe tests                   runs the Edit-mode tests; says "passed NAME" or "failed NAME: WHY" of each
//   host.exe window PROJECT STEP...  opens the window on a project and does one step after the other:
//                                    folder=PATH, press=BUTTON, wait (for the command that was started), draw; says what was drawn

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using NUnit.Framework;
using UnityEditor;
using UnityEngine;

public static class Host
{
    const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    public static int Main(string[] arguments)
    {
        if (arguments[0] == "tests") return RunTests();
        Application.dataPath = Path.Combine(arguments[1], "Assets");
        PlayWindow(arguments.Skip(2));
        return 0;
    }

    static Assembly Load(string name) =>
        Assembly.LoadFrom(Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location), $"{name}.dll"));

    static int RunTests()
    {
        foreach (var type in Load("Gaitsmith.Editor.Tests").GetTypes().Where(each => each.IsPublic))
        {
            foreach (var method in type.GetMethods(All))
            {
                var cases = method.GetCustomAttributes<TestCaseAttribute>().Select(each => each.Arguments).ToList();
                if (method.GetCustomAttribute<TestAttribute>() != null) cases.Add(new object[0]);
                foreach (var each in cases) Console.WriteLine(Outcome(type, method, each));
            }
        }
        return 0;
    }

    static string Outcome(Type type, MethodInfo method, object[] arguments)
    {
        var name = $"{type.Name}.{method.Name}({string.Join(", ", arguments)})";
        var made = Activator.CreateInstance(type);
        try
        {
            CallAll<SetUpAttribute>(made);
            method.Invoke(made, arguments);
            CallAll<TearDownAttribute>(made);
            return $"passed {name}";
        }
        catch (TargetInvocationException error)
        {
            return $"failed {name}: {error.InnerException}";
        }
    }

    static void CallAll<T>(object made) where T : Attribute
    {
        foreach (var method in made.GetType().GetMethods(All).Where(each => each.GetCustomAttribute<T>() != null))
        {
            method.Invoke(made, null);
        }
    }

    static void PlayWindow(IEnumerable<string> steps)
    {
        var type = Load("Gaitsmith.Editor").GetType("Gaitsmith.Editor.GaitsmithWindow");
        var window = Activator.CreateInstance(type);
        Action<string> call = name =>
        {
            type.GetMethod(name, All).Invoke(window, null);
            var later = EditorApplication.delayCall;
            EditorApplication.delayCall = null;
            later?.Invoke();
        };
        call("OnEnable");
        foreach (var step in steps)
        {
            var at = step.IndexOf('=');
            var value = step.Substring(at + 1);
            switch (at < 0 ? step : step.Substring(0, at))
            {
                case "folder":
                    EditorUtility.Chosen = value;
                    Gui.Pressed.Add("Choose");
                    call("OnGUI");
                    break;
                case "press":
                    Gui.Pressed.Add(value);
                    call("OnGUI");
                    if (Gui.Pressed.Count > 0) throw new InvalidOperationException($"there is no button {value} that is on");
                    break;
                case "wait":
                    while (type.GetField("m_Running", All).GetValue(window) != null)
                    {
                        call("OnInspectorUpdate");
                        Thread.Sleep(20);
                    }
                    break;
                case "draw":
                    Gui.Drawn.Clear();
                    call("OnGUI");
                    break;
                default:
                    throw new ArgumentException(step);
            }
        }
        foreach (var line in Gui.Drawn) Console.WriteLine(line);
    }
}
