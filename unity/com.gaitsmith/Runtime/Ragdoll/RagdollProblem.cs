// Something that is not as the training had it: what it is, where, what is there, what was expected, and what mends it.

namespace Gaitsmith
{
    public sealed class RagdollProblem
    {
        public readonly string What;
        public readonly string Where;
        public readonly string Value;
        public readonly string Expected;
        public readonly string Mend;

        public RagdollProblem(string what, string where, object value, object expected, string mend)
        {
            What = what;
            Where = where;
            Value = Told(value);
            Expected = Told(expected);
            Mend = mend;
        }

        public override string ToString() => $"Gaitsmith: {What}. {Where}: {Value}, expected {Expected}. {Mend}";

        static string Told(object value) => System.Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
    }
}
