// What all stand-ins for engines have in common: they know the answers to certain rows, from a file, and no others.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

public static class StandIn
{
    /// <summary>Tensors and workers that were made and not freed.</summary>
    public static int Open;

    private static readonly Dictionary<string, float[]> answers = new Dictionary<string, float[]>();

    /// <summary>A row in a line: what is observed, a bar, what is answered.</summary>
    public static void Read(string path)
    {
        foreach (string line in File.ReadAllLines(path))
        {
            string[] halves = line.Split('|');
            answers[Key(Numbers(halves[0]))] = Numbers(halves[1]);
        }
    }

    /// <param name="inputs">By name in their order, [rows, size of each].</param>
    public static float[] Answer(IEnumerable<KeyValuePair<string, float[]>> inputs, int rows)
    {
        List<float> all = new List<float>();
        KeyValuePair<string, float[]>[] given = inputs.OrderBy(input => input.Key).ToArray();
        for (int row = 0; row < rows; row++)
        {
            List<float> observed = new List<float>();
            foreach (KeyValuePair<string, float[]> input in given)
            {
                int size = input.Value.Length / rows;
                observed.AddRange(input.Value.Skip(row * size).Take(size));
            }
            all.AddRange(answers[Key(observed.ToArray())]);
        }
        return all.ToArray();
    }

    private static float[] Numbers(string text)
    {
        return text.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries)
            .Select(number => float.Parse(number, CultureInfo.InvariantCulture)).ToArray();
    }

    private static string Key(float[] row)
    {
        return string.Join(" ", row.Select(BitConverter.GetBytes).Select(bytes => BitConverter.ToInt32(bytes, 0).ToString()).ToArray());
    }
}
