// The program around RagdollPlayer.cs.

using System;
using System.IO;
using System.Linq;
using System.Reflection;

public static class RagdollProgram
{
    public static void Main(string[] arguments)
    {
        var script = File.ReadAllLines(arguments[0]).Select(line => line.Split('\t')).ToArray();
        foreach (var name in arguments.Skip(1))
        {
            var play = Assembly.GetExecutingAssembly().GetType(name + ".RagdollPlayer").GetMethod("Play");
            using (var said = File.CreateText(name + ".said"))
            {
                try
                {
                    play.Invoke(null, new object[] { script, said });
                }
                catch (TargetInvocationException error)
                {
                    said.WriteLine("threw " + error.GetBaseException());
                }
            }
        }
    }
}
