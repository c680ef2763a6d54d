// Of Sentis 1.2 and 1.3, what a parity test calls.
using System;
using System.Collections.Generic;
using System.Linq;

namespace Unity.Sentis
{
    public class ModelAsset : UnityEngine.Object
    {
    }

    public class Model
    {
    }

    public static class ModelLoader
    {
        public static Model Load(ModelAsset modelAsset)
        {
            return new Model();
        }
    }

    public enum BackendType
    {
        CPU,
    }

    public struct TensorShape
    {
        public readonly int Rows;
        public readonly int Size;

        public TensorShape(int d1, int d0)
        {
            Rows = d1;
            Size = d0;
        }
    }

    public abstract class Tensor : IDisposable
    {
        internal int Rows;

        public void Dispose()
        {
            StandIn.Open--;
        }
    }

    public class TensorFloat : Tensor
    {
        internal readonly float[] Data;
        private bool isReadable;

        public TensorFloat(TensorShape shape, float[] srcData, int dataStartIndex = 0)
        {
            if (srcData.Length != shape.Rows * shape.Size)
                throw new ArgumentException("TensorFloat");
            Rows = shape.Rows;
            Data = srcData;
            StandIn.Open++;
        }

        public void MakeReadable()
        {
            isReadable = true;
        }

        public float[] ToReadOnlyArray()
        {
            if (!isReadable)
                throw new InvalidOperationException("Tensor data cannot be read from");
            return Data;
        }
    }

    public interface IWorker : IDisposable
    {
        IWorker Execute(IDictionary<string, Tensor> inputs);
        Tensor PeekOutput(string name);
    }

    public static class WorkerFactory
    {
        public static IWorker CreateWorker(BackendType backendType, Model model, bool verbose = false)
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
            answer = StandIn.Answer(inputs.ToDictionary(input => input.Key, input => ((TensorFloat)input.Value).Data), rows);
            return this;
        }

        /// <summary>It stays the worker's.</summary>
        public Tensor PeekOutput(string name)
        {
            if (name != "deterministic_continuous_actions")
                throw new ArgumentException(name);
            TensorFloat output = new TensorFloat(new TensorShape(rows, answer.Length / rows), answer);
            StandIn.Open--;
            return output;
        }

        public void Dispose()
        {
            StandIn.Open--;
        }
    }
}
