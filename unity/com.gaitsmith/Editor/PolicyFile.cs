// What an ONNX file says of where it comes from: the metadata that Gaitsmith writes into every policy.
//
// An ONNX file is one protobuf message. Its metadata are the fields 14 of that message, each a message with a key (field 1)
// and a value (field 2). All else, the graph with its weights above all, is stepped over.

using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Gaitsmith.Editor
{
    public static class PolicyFile
    {
        const int Metadata = 14;
        const int Key = 1;
        const int Value = 2;

        /// <summary>By their names: gaitsmith.run, gaitsmith.score, ...</summary>
        /// <exception cref="InvalidDataException">It is no ONNX file, or cut short.</exception>
        public static Dictionary<string, string> MetadataOf(byte[] file)
        {
            var metadata = new Dictionary<string, string>();
            foreach (var entry in FieldsOf(file, 0, file.Length))
            {
                if (entry.Number != Metadata || entry.Length < 0) continue;
                string key = null;
                var value = "";
                foreach (var field in FieldsOf(file, entry.At, entry.At + entry.Length))
                {
                    if (field.Length < 0) continue;
                    var text = Encoding.UTF8.GetString(file, field.At, field.Length);
                    if (field.Number == Key) key = text;
                    if (field.Number == Value) value = text;
                }
                if (key != null) metadata[key] = value;
            }
            return metadata;
        }

        struct Field
        {
            public int Number;

            /// <summary>Where its bytes begin, and how many there are; -1 for a number.</summary>
            public int At;

            public int Length;
        }

        static IEnumerable<Field> FieldsOf(byte[] file, int at, int end)
        {
            while (at < end)
            {
                var tag = Number(file, ref at, end);
                var field = new Field { Number = (int)(tag >> 3), At = at, Length = -1 };
                switch (tag & 7)
                {
                    case 0:
                        Number(file, ref at, end);
                        break;
                    case 1:
                        at += 8;
                        break;
                    case 2:
                        var length = Number(file, ref at, end);
                        if (length > (ulong)(end - at)) throw NoOnnx();
                        field.At = at;
                        field.Length = (int)length;
                        at += field.Length;
                        break;
                    case 5:
                        at += 4;
                        break;
                    default:
                        throw NoOnnx();
                }
                if (at > end || field.Number == 0) throw NoOnnx();
                yield return field;
            }
        }

        /// <summary>Seven bits to a byte, the lowest first; the last byte has no highest bit.</summary>
        static ulong Number(byte[] file, ref int at, int end)
        {
            ulong number = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                if (at >= end) throw NoOnnx();
                var each = file[at++];
                number |= (ulong)(each & 127) << shift;
                if (each < 128) return number;
            }
            throw NoOnnx();
        }

        static InvalidDataException NoOnnx() => new InvalidDataException("this is no ONNX file, or it is cut short");
    }
}
