// play.exe SCRIPT NAMESPACE...: plays the script with the walker of each namespace, which says its lines to NAMESPACE.said.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;

/// A line of a script.
public sealed class Line
{
    public readonly string What;
    public readonly float[] Numbers;

    public Line(string text)
    {
        var words = text.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries);
        What = words[0];
        Numbers = words.Skip(1).Select(word => float.Parse(word, CultureInfo.InvariantCulture)).ToArray();
    }
}

public static class Program
{
    public static void Main(string[] arguments)
    {
        var script = File.ReadAllLines(arguments[0]).Select(text => new Line(text)).ToArray();
        foreach (var walker in arguments.Skip(1))
        {
            var play = Assembly.GetExecutingAssembly().GetType(walker + ".Player").GetMethod("Play");
            using (var said = File.CreateText(walker + ".said"))
            {
                try
                {
                    play.Invoke(null, new object[] { script, said });
                }
                catch (TargetInvocationException error)
                {
                    said.WriteLine("threw " + error.GetBaseException().Message);
                }
            }
        }
    }
}
