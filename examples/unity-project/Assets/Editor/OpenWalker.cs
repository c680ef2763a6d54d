// Opens the walker's scene where the Editor starts with none, so that Play shows the walker.
// Once a session: whoever makes a new scene after that wants one.

using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;
using UnityEngine.SceneManagement;

namespace Gaitsmith.Example
{
    [InitializeOnLoad]
    static class OpenWalker
    {
        const string Walker = "Assets/Gaitsmith/Walker/Walker.unity";
        const string Done = "Gaitsmith.Example.OpenWalker";

        static OpenWalker()
        {
            // Not before the Editor has opened what it opens by itself.
            EditorApplication.delayCall += Open;
        }

        static void Open()
        {
            if (Application.isBatchMode || SessionState.GetBool(Done, false)) return;
            SessionState.SetBool(Done, true);
            var now = SceneManager.GetActiveScene();
            var isNew = now.path == "" && !now.isDirty;
            if (isNew && !EditorApplication.isPlayingOrWillChangePlaymode) EditorSceneManager.OpenScene(Walker);
        }
    }
}
