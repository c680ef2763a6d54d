// Of Unity's Editor and of NUnit, what a parity test calls: enough to compile it, and to run it in Mono.
using System;
using System.Collections;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Text.RegularExpressions;

namespace UnityEngine
{
    public class Object
    {
    }

    public static class JsonUtility
    {
        /// <summary>Of an object with fields that are texts, numbers, and arrays of them. Unity reads no more either.</summary>
        public static T FromJson<T>(string json) where T : new()
        {
            object read = new T();
            foreach (FieldInfo field in typeof(T).GetFields())
            {
                Match found = Regex.Match(json, "\"" + field.Name + "\":\\s*(\\[[^\\]]*\\]|\"[^\"]*\"|[^,\\s}]+)");
                if (found.Success)
                    field.SetValue(read, Value(found.Groups[1].Value, field.FieldType));
            }
            return (T)read;
        }

        private static object Value(string text, Type type)
        {
            if (type == typeof(string))
                return text.Trim('"');
            if (!type.IsArray)
                return Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
            string[] parts = text.Trim('[', ']').Split(new[] { ',' }, StringSplitOptions.RemoveEmptyEntries);
            Array values = Array.CreateInstance(type.GetElementType(), parts.Length);
            for (int at = 0; at < parts.Length; at++)
                values.SetValue(Value(parts[at].Trim(), type.GetElementType()), at);
            return values;
        }
    }
}

namespace UnityEditor
{
    public static class AssetDatabase
    {
        /// <summary>The project's only model, and whether its importer took it.</summary>
        public static string Guid;
        public static string Model;
        public static bool IsImported = true;

        public static string GUIDToAssetPath(string guid)
        {
            return guid == Guid ? Model : "";
        }

        public static T LoadAssetAtPath<T>(string path) where T : UnityEngine.Object
        {
            return IsImported ? (T)Activator.CreateInstance(typeof(T)) : null;
        }
    }
}

namespace UnityEditor.Compilation
{
    public static class CompilationPipeline
    {
        public static string Definition;

        public static string GetAssemblyDefinitionFilePathFromAssemblyName(string assembly)
        {
            return Definition;
        }
    }
}

namespace NUnit.Framework
{
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class TestAttribute : Attribute
    {
    }

    public sealed class AssertionException : Exception
    {
        public AssertionException(string message) : base(message)
        {
        }
    }

    public static class Assert
    {
        public static void IsTrue(bool condition, string message)
        {
            if (!condition)
                Fail(message);
        }

        public static void AreEqual(object expected, object actual, string message)
        {
            if (!expected.Equals(actual))
                Fail(message);
        }

        public static void Fail(string message)
        {
            throw new AssertionException(message);
        }
    }
}
