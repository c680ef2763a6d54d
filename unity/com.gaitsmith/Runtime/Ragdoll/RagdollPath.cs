// Finds a body by its path, as rig files write paths: names from the agent's object down, with a slash between them. Of siblings
// that have one name each has its number from 0 behind it: "tail/Segment[1]".

using UnityEngine;

namespace Gaitsmith
{
    public static class RagdollPath
    {
        /// <returns>null where there is no such object</returns>
        public static Transform Find(Transform from, string path)
        {
            var at = from;
            if (path == "") return at;
            foreach (var step in path.Split('/'))
            {
                at = Child(at, step);
                if (at == null) return null;
            }
            return at;
        }

        static Transform Child(Transform parent, string step)
        {
            var exact = Named(parent, step, 0);
            if (exact != null) return exact;
            var open = step.LastIndexOf('[');
            int number;
            if (open < 0 || !step.EndsWith("]")) return null;
            if (!int.TryParse(step.Substring(open + 1, step.Length - open - 2), out number)) return null;
            return Named(parent, step.Substring(0, open), number);
        }

        /// <summary>The how many-th child of that name.</summary>
        static Transform Named(Transform parent, string name, int number)
        {
            for (var index = 0; index < parent.childCount; index++)
            {
                var child = parent.GetChild(index);
                if (child.name == name && number-- == 0) return child;
            }
            return null;
        }
    }
}
