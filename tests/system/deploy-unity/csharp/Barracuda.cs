// Of Barracuda 1.4 to 3.0, what a parity test calls.
using System;
using System.Collections.Generic;
using System.Linq;

namespace Unity.Barracuda
{
    public class NNModel : UnityEngine.Object
    {
    }

    public class Model
    {
    }

    public static class ModelLoader
    {
        public static Model Load(NNModel model, bool verbose = false, bool skipWeights = false)
        {
            return new Model();
        }
    }

    public class Tensor : IDisposable
    {
        internal readonly int Rows;
        private readonly float[] data;

        public Tensor(int n, int c, float[] srcData, string name = "")
        {
            if (srcData.Length != n * c)
                throw new ArgumentException("Tensor");
            Rows = n;
            data = srcData;
            StandIn.Open++;
        }

        public float[] ToReadOnlyArray()
        {
            return data;
        }

        public void Dispose()
        {
            StandIn.Open--;
        }
    }

    public interface IWorker : IDisposable
    {
        IWorker Execute(IDictionary<string, Tensor> inputs);
        Tensor PeekOutput(string name);
    }

    public static class WorkerFactory
    {
        public enum Type
        {
            Auto,
            CSharpBurst,
        }

        public static IWorker CreateWorker(Type type, Model model, bool verbose)
        {
            return new Worker();
        }

        public static IWorker CreateWorker(Type type, Model model, string[] additionalOutputs = null, string[] trimOutputs = null, bool verbose = false)
        {
            return new Worker();
        }
    }

    internal class Worker : IWorker
    {
        private float[] answer;
        private int rows;

        public Worker()
        {
            StandIn.Open++;
        }

        public IWorker Execute(IDictionary<string, Tensor> inputs)
        {
            rows = inputs.Values.First().Rows;
            answer = StandIn.Answer(inputs.ToDictionary(input => input.Key, input => input.Value.ToReadOnlyArray()), rows);
            return this;
        }

        /// <summary>It stays the worker's.</summary>
        public Tensor PeekOutput(string name)
        {
            if (name != "deterministic_continuous_actions")
                throw new ArgumentException(name);
            Tensor output = new Tensor(rows, answer.Length / rows, answer);
            StandIn.Open--;
            return output;
        }

        public void Dispose()
        {
            StandIn.Open--;
        }
    }
}
