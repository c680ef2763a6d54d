/**
 * The parity test as Unity gets it: a test of the Editor's that loads the deployed model with the project's own engine and
 * compares what it answers with what was recorded. tests/system/deploy-unity compiles it against stand-ins, and runs it in Mono.
 */

/**
 * Versions of the engines that the script knows, as an assembly definition writes them; of several, the first one counts. What
 * is called of each was read in its released sources: Barracuda 1.4 to 3.0, Sentis 1.2 and 1.3, 2.0 to 2.1.3, Inference Engine
 * 2.2 to 2.4.
 */
export const ENGINES = [
  { name: 'com.unity.ai.inference', expression: '2.2.0', define: 'GAITSMITH_INFERENCE_ENGINE' },
  { name: 'com.unity.sentis', expression: '2.0.0', define: 'GAITSMITH_SENTIS_2' },
  { name: 'com.unity.sentis', expression: '[1.2.0-exp.2,1.4.0-exp.1)', define: 'GAITSMITH_SENTIS_1' },
  { name: 'com.unity.barracuda', expression: '1.4.0-preview', define: 'GAITSMITH_BARRACUDA' },
] as const;

export const TEST_FRAMEWORK = {
  name: 'com.unity.test-framework',
  expression: '1.0.0',
  define: 'GAITSMITH_TEST_FRAMEWORK',
};

/** @param assembly a name that no other assembly of the project has. */
export function assemblyDefinition(assembly: string): string {
  const definition = {
    name: assembly,
    // Those of the engines that the project does not have are passed over by Unity.
    references: [
      'UnityEngine.TestRunner',
      'UnityEditor.TestRunner',
      'Unity.Barracuda',
      'Unity.Sentis',
      'Unity.InferenceEngine',
    ],
    includePlatforms: ['Editor'],
    excludePlatforms: [],
    allowUnsafeCode: false,
    overrideReferences: true,
    precompiledReferences: ['nunit.framework.dll'],
    autoReferenced: false,
    // Without the test framework the script is not compiled, and breaks nothing.
    defineConstraints: ['UNITY_INCLUDE_TESTS', TEST_FRAMEWORK.define],
    versionDefines: [TEST_FRAMEWORK, ...ENGINES],
    noEngineReferences: false,
  };
  return `${JSON.stringify(definition, null, 4)}\n`;
}

/** Ours alone, so a deploy writes it anew each time. C# 7. */
export const SCRIPT = `// This test has never run in a Unity Editor where it was written: there it was compiled against stand-ins and run in Mono.
//
// Gaitsmith's deploy wrote it (--parity-test). It loads the model that lies beside this folder with the engine that ML-Agents
// runs it by in this project, and compares its actions with those in pairs.json, which onnxruntime answered.
using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using NUnit.Framework;
using UnityEditor;
using UnityEditor.Compilation;
using UnityEngine;
#if GAITSMITH_INFERENCE_ENGINE
using Unity.InferenceEngine;
#elif GAITSMITH_SENTIS_2 || GAITSMITH_SENTIS_1
using Unity.Sentis;
#elif GAITSMITH_BARRACUDA
using Unity.Barracuda;
#endif

namespace Gaitsmith.Parity
{
    /// <summary>What pairs.json holds.</summary>
    [Serializable]
    public sealed class Pairs
    {
        /// <summary>Of the model, which may have been moved.</summary>
        public string guid;
        /// <summary>Of the file that the pairs were made of.</summary>
        public string sha256;
        /// <summary>Names of the model's inputs, and the numbers in a row of each.</summary>
        public string[] inputs;
        public int[] sizes;
        /// <summary>Name of the output, and the numbers in a row of it.</summary>
        public string output;
        public int actionSize;
        /// <summary>Largest difference of an action that counts as none.</summary>
        public float tolerance;
        /// <summary>Row after row; in a row, input after input.</summary>
        public float[] observations;
        /// <summary>Row after row.</summary>
        public float[] actions;
    }

    public sealed class ParityTest
    {
        [Test]
        public void TheModelIsTheFileThatThePairsWereMadeOf()
        {
            Pairs pairs = ReadPairs();
            using (SHA256 sha256 = SHA256.Create())
            {
                byte[] hash = sha256.ComputeHash(File.ReadAllBytes(PathOf(pairs)));
                string found = BitConverter.ToString(hash).Replace("-", "").ToLowerInvariant();
                Assert.AreEqual(pairs.sha256, found, PathOf(pairs) + " is another file than these pairs were made of: deploy it with --parity-test");
            }
        }

        [Test]
        public void AllRowsTogetherAreAnsweredAsRecorded()
        {
            Pairs pairs = ReadPairs();
            int rows = pairs.actions.Length / pairs.actionSize;
            using (Engine engine = new Engine(PathOf(pairs)))
            {
                Compare(pairs, 0, engine.Answer(pairs, 0, rows));
            }
        }

        [Test]
        public void EachRowAloneIsAnsweredAsRecorded()
        {
            Pairs pairs = ReadPairs();
            int rows = pairs.actions.Length / pairs.actionSize;
            using (Engine engine = new Engine(PathOf(pairs)))
            {
                for (int row = 0; row < rows; row++)
                    Compare(pairs, row, engine.Answer(pairs, row, 1));
            }
        }

        /// <param name="found">Actions of the rows from the first one on.</param>
        private static void Compare(Pairs pairs, int first, float[] found)
        {
            int size = pairs.actionSize;
            int rows = found.Length / size;
            Assert.IsTrue(rows > 0 && found.Length % size == 0, "the model answers " + found.Length + " numbers, and a row has " + size);
            int off = 0;
            int worst = 0;
            float largest = 0;
            for (int at = 0; at < found.Length; at++)
            {
                float difference = Math.Abs(found[at] - pairs.actions[first * size + at]);
                if (difference <= pairs.tolerance)
                    continue;
                // What is no number is further off than any.
                if (float.IsNaN(difference))
                    difference = float.PositiveInfinity;
                off++;
                if (difference <= largest)
                    continue;
                largest = difference;
                worst = at;
            }
            if (off == 0)
                return;
            Assert.Fail(off + " of " + found.Length + " actions are off by more than " + pairs.tolerance + "; row " + (first + worst / size)
                + ", action " + worst % size + ": " + found[worst] + " instead of " + pairs.actions[first * size + worst]);
        }

        private static Pairs ReadPairs()
        {
            string assembly = typeof(ParityTest).Assembly.GetName().Name;
            string definition = CompilationPipeline.GetAssemblyDefinitionFilePathFromAssemblyName(assembly);
            return JsonUtility.FromJson<Pairs>(File.ReadAllText(Path.Combine(Path.GetDirectoryName(definition), "pairs.json")));
        }

        private static string PathOf(Pairs pairs)
        {
            string path = AssetDatabase.GUIDToAssetPath(pairs.guid);
            Assert.IsTrue(!string.IsNullOrEmpty(path) && File.Exists(path), "no asset of this project has the model's GUID " + pairs.guid);
            return path;
        }
    }

    /// <summary>The model, loaded as ML-Agents loads it; on the CPU.</summary>
    internal sealed class Engine : IDisposable
    {
#if GAITSMITH_INFERENCE_ENGINE || GAITSMITH_SENTIS_2
        private readonly Worker worker;

        public Engine(string path)
        {
            worker = new Worker(ModelLoader.Load(Load<ModelAsset>(path)), BackendType.CPU);
        }

        public float[] Answer(Pairs pairs, int first, int rows)
        {
            List<Tensor<float>> given = new List<Tensor<float>>();
            try
            {
                for (int input = 0; input < pairs.inputs.Length; input++)
                {
                    given.Add(new Tensor<float>(new TensorShape(rows, pairs.sizes[input]), Columns(pairs, input, first, rows)));
                    worker.SetInput(pairs.inputs[input], given[input]);
                }
                worker.Schedule();
                return ((Tensor<float>)worker.PeekOutput(pairs.output)).DownloadToArray();
            }
            finally
            {
                given.ForEach(tensor => tensor.Dispose());
            }
        }
#elif GAITSMITH_SENTIS_1 || GAITSMITH_BARRACUDA
        private readonly IWorker worker;

        public Engine(string path)
        {
#if GAITSMITH_SENTIS_1
            worker = WorkerFactory.CreateWorker(BackendType.CPU, ModelLoader.Load(Load<ModelAsset>(path)));
#else
            worker = WorkerFactory.CreateWorker(WorkerFactory.Type.CSharpBurst, ModelLoader.Load(Load<NNModel>(path)), false);
#endif
        }

        public float[] Answer(Pairs pairs, int first, int rows)
        {
            Dictionary<string, Tensor> given = new Dictionary<string, Tensor>();
            try
            {
                for (int input = 0; input < pairs.inputs.Length; input++)
                {
                    float[] columns = Columns(pairs, input, first, rows);
#if GAITSMITH_SENTIS_1
                    given[pairs.inputs[input]] = new TensorFloat(new TensorShape(rows, pairs.sizes[input]), columns);
#else
                    given[pairs.inputs[input]] = new Tensor(rows, pairs.sizes[input], columns);
#endif
                }
                worker.Execute(given);
#if GAITSMITH_SENTIS_1
                TensorFloat output = (TensorFloat)worker.PeekOutput(pairs.output);
                output.MakeReadable();
#else
                Tensor output = worker.PeekOutput(pairs.output);
#endif
                return output.ToReadOnlyArray();
            }
            finally
            {
                foreach (Tensor tensor in given.Values)
                    tensor.Dispose();
            }
        }
#else
        public Engine(string path)
        {
            Assert.Fail("this project has no engine that this test knows: Barracuda from 1.4 on, Sentis 1.2, 1.3 or 2, Inference Engine from 2.2 on");
        }

        public float[] Answer(Pairs pairs, int first, int rows)
        {
            return new float[0];
        }
#endif

        public void Dispose()
        {
#if GAITSMITH_INFERENCE_ENGINE || GAITSMITH_SENTIS_2 || GAITSMITH_SENTIS_1 || GAITSMITH_BARRACUDA
            worker.Dispose();
#endif
        }

        private static T Load<T>(string path) where T : UnityEngine.Object
        {
            T asset = AssetDatabase.LoadAssetAtPath<T>(path);
            Assert.IsTrue(asset != null, path + " was not imported as a " + typeof(T).Name + ": see the Console for why");
            return asset;
        }

        /// <returns>The numbers of one input, [rows, size].</returns>
        private static float[] Columns(Pairs pairs, int input, int first, int rows)
        {
            int width = 0;
            int offset = 0;
            for (int which = 0; which < pairs.sizes.Length; which++)
            {
                if (which < input)
                    offset += pairs.sizes[which];
                width += pairs.sizes[which];
            }
            int size = pairs.sizes[input];
            float[] columns = new float[rows * size];
            for (int row = 0; row < rows; row++)
                Array.Copy(pairs.observations, (first + row) * width + offset, columns, row * size, size);
            return columns;
        }
    }
}
`;
