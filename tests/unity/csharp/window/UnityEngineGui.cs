// What the package's Editor scripts use of UnityEngine beside the walker's: an application, JSON, and a GUI that writes down what
// is drawn and whose buttons a test presses.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;

namespace UnityEngine
{
    public enum RuntimePlatform { OSXEditor, WindowsEditor, LinuxEditor }

    public static class Application
    {
        public static string dataPath;
        public static bool isEditor = true;
        public static RuntimePlatform platform = RuntimePlatform.LinuxEditor;

        public static void OpenURL(string url) => Gui.Drawn.Add($"opened {url}");
    }

    public struct Vector2
    {
        public float x, y;
    }

    public sealed class GUIStyle
    {
    }

    /// Not Unity's: what a test sees and does.
    public static class Gui
    {
        public static readonly List<string> Drawn = new List<string>();
        public static readonly HashSet<string> Pressed = new HashSet<string>();
        public static int Disabled;
    }

    public static class GUILayout
    {
        public static bool Button(string text)
        {
            Gui.Drawn.Add(Gui.Disabled > 0 ? $"[{text}] off" : $"[{text}]");
            return Gui.Disabled == 0 && Gui.Pressed.Remove(text);
        }
    }

    /// As Unity's: fields by their names, others left out; null for a text is an empty one. Throws ArgumentException where it is no JSON.
    public static class JsonUtility
    {
        public static T FromJson<T>(string json)
        {
            var reader = new Reader { Text = json };
            var value = reader.Value();
            if (reader.Next() != '\0' || !(value is Dictionary<string, object>)) throw new ArgumentException("JSON parse error");
            return (T)Filled(Activator.CreateInstance<T>(), (Dictionary<string, object>)value);
        }

        static object Filled(object made, IDictionary<string, object> fields)
        {
            foreach (var field in made.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public))
            {
                object value;
                if (fields.TryGetValue(field.Name, out value)) field.SetValue(made, Read(field.FieldType, value));
            }
            return made;
        }

        /// What is of another type than the field is its type's zero.
        static object Read(Type type, object value)
        {
            if (type == typeof(string)) return value as string ?? "";
            if (type == typeof(int)) return value is double ? (int)(double)value : 0;
            if (type == typeof(float)) return value is double ? (float)(double)value : 0f;
            if (type == typeof(bool)) return value is bool && (bool)value;
            if (type.IsArray)
            {
                var list = value as ArrayList ?? new ArrayList();
                var array = Array.CreateInstance(type.GetElementType(), list.Count);
                for (var index = 0; index < list.Count; index++) array.SetValue(Read(type.GetElementType(), list[index]), index);
                return array;
            }
            // Unity's own vectors, and classes that are marked for it.
            if (type.Namespace != "UnityEngine" && !type.IsSerializable) throw new NotSupportedException(type.Name);
            return Filled(Activator.CreateInstance(type), value as IDictionary<string, object> ?? new Dictionary<string, object>());
        }

        sealed class Reader
        {
            public string Text;
            int m_At;

            public char Next()
            {
                while (m_At < Text.Length && char.IsWhiteSpace(Text[m_At])) m_At++;
                return m_At < Text.Length ? Text[m_At] : '\0';
            }

            void Take(char wanted)
            {
                if (Next() != wanted) throw new ArgumentException("JSON parse error");
                m_At++;
            }

            public object Value()
            {
                switch (Next())
                {
                    case '{':
                        var fields = new Dictionary<string, object>();
                        Each('{', '}', () =>
                        {
                            Next();
                            var name = String();
                            Take(':');
                            fields[name] = Value();
                        });
                        return fields;
                    case '[':
                        var list = new ArrayList();
                        Each('[', ']', () => list.Add(Value()));
                        return list;
                    case '"':
                        return String();
                    default:
                        return Word();
                }
            }

            void Each(char open, char close, Action read)
            {
                Take(open);
                if (Next() != close)
                {
                    read();
                    while (Next() == ',')
                    {
                        m_At++;
                        read();
                    }
                }
                Take(close);
            }

            string String()
            {
                Take('"');
                var text = "";
                while (m_At < Text.Length && Text[m_At] != '"')
                {
                    if (Text[m_At] != '\\')
                    {
                        text += Text[m_At++];
                        continue;
                    }
                    var escaped = Text[m_At + 1];
                    m_At += 2;
                    if (escaped == 'u')
                    {
                        text += (char)int.Parse(Text.Substring(m_At, 4), NumberStyles.HexNumber);
                        m_At += 4;
                    }
                    else text += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
                }
                Take('"');
                return text;
            }

            object Word()
            {
                var from = m_At;
                while (m_At < Text.Length && (char.IsLetterOrDigit(Text[m_At]) || "+-.".Contains(Text[m_At]))) m_At++;
                var word = Text.Substring(from, m_At - from);
                if (word == "null") return null;
                if (word == "true" || word == "false") return word == "true";
                double number;
                if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out number)) return number;
                throw new ArgumentException("JSON parse error");
            }
        }
    }
}
