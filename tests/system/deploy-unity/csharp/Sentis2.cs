// Of Sentis 2 what a parity test calls, and of Inference Engine, which has the same in another namespace.
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

    public class Tensor<T> : Tensor where T : struct
    {
        internal readonly T[] Data;

        public Tensor(TensorShape shape, T[] srcData, int dataStartIndex = 0)
        {
            if (srcData.Length != shape.Rows * shape.Size)
                throw new ArgumentException("Tensor");
            Rows = shape.Rows;
            Data = srcData;
            StandIn.Open++;
        }

        public T[] DownloadToArray()
        {
            return Data;
        }
    }

    public class Worker : IDisposable
    {
        private readonly Dictionary<string, Tensor> inputs = new Dictionary<string, Tensor>();
        private float[] answer;

        public Worker(Model model, BackendType backendType)
        {
            StandIn.Open++;
        }

        public void SetInput(string name, Tensor input)
        {
            inputs[name] = input;
        }

        public void Schedule()
        {
            answer = StandIn.Answer(inputs.ToDictionary(input => input.Key, input => ((Tensor<float>)input.Value).Data), inputs.Values.First().Rows);
        }

        /// <summary>It stays the worker's.</summary>
        public Tensor PeekOutput(string name)
        {
            if (name != "deterministic_continuous_actions")
                throw new ArgumentException(name);
            int rows = inputs.Values.First().Rows;
            Tensor output = new Tensor<float>(new TensorShape(rows, answer.Length / rows), answer);
            StandIn.Open--;
            return output;
        }

        public void Dispose()
        {
            StandIn.Open--;
        }
    }
}
