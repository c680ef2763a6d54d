// As much of NUnit as the package's Edit-mode tests use.

using System;
using System.Collections;
using System.Linq;

namespace NUnit.Framework
{
    public sealed class TestAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public sealed class TestCaseAttribute : Attribute
    {
        public readonly object[] Arguments;

        public TestCaseAttribute(params object[] arguments)
        {
            Arguments = arguments;
        }
    }

    public sealed class SetUpAttribute : Attribute
    {
    }

    public sealed class TearDownAttribute : Attribute
    {
    }

    public sealed class AssertionException : Exception
    {
        public AssertionException(string message) : base(message)
        {
        }
    }

    public delegate void TestDelegate();

    public static class Assert
    {
        public static void AreEqual(object expected, object actual)
        {
            if (!Equals(expected, actual)) throw new AssertionException($"expected {expected}, but it is {actual}");
        }

        public static void IsTrue(bool condition)
        {
            if (!condition) throw new AssertionException("expected true");
        }

        public static void IsFalse(bool condition)
        {
            if (condition) throw new AssertionException("expected false");
        }

        public static void IsNull(object actual)
        {
            if (actual != null) throw new AssertionException($"expected null, but it is {actual}");
        }

        public static T Throws<T>(TestDelegate code) where T : Exception
        {
            try
            {
                code();
            }
            catch (T error)
            {
                return error;
            }
            throw new AssertionException($"expected {typeof(T).Name}");
        }
    }

    public static class CollectionAssert
    {
        public static void AreEqual(IEnumerable expected, IEnumerable actual)
        {
            var (one, other) = (expected.Cast<object>().ToArray(), actual.Cast<object>().ToArray());
            if (!one.SequenceEqual(other))
                throw new AssertionException($"expected {string.Join(", ", one)}, but it is {string.Join(", ", other)}");
        }
    }
}
