// Runs the tests of this program as Unity's Test Runner would, and prints a line of each.
using System;
using System.IO;
using System.Reflection;
using NUnit.Framework;
using UnityEditor;
using UnityEditor.Compilation;

public static class Program
{
    /// <param name="arguments">Path of pairs.json, of the model, its GUID, of the engine's answers, and "imported" or not.</param>
    public static void Main(string[] arguments)
    {
        CompilationPipeline.Definition = Path.Combine(Path.GetDirectoryName(arguments[0]), "any.asmdef");
        AssetDatabase.Model = arguments[1];
        AssetDatabase.Guid = arguments[2];
        StandIn.Read(arguments[3]);
        AssetDatabase.IsImported = arguments[4] == "imported";
        foreach (Type type in typeof(Program).Assembly.GetTypes())
        foreach (MethodInfo method in type.GetMethods())
        {
            if (method.GetCustomAttributes(typeof(TestAttribute), false).Length == 0)
                continue;
            try
            {
                method.Invoke(Activator.CreateInstance(type), null);
                Console.WriteLine(method.Name + ": passed");
            }
            catch (TargetInvocationException exception)
            {
                string kind = exception.InnerException is AssertionException ? ": failed: " : ": broke: ";
                Console.WriteLine(method.Name + kind + exception.InnerException.Message.Split('\n')[0]);
            }
        }
        Console.WriteLine("left open: " + StandIn.Open);
    }
}
