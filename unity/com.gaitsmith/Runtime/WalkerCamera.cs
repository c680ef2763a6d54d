// Keeps the camera beside the walker of that name.

using UnityEngine;

namespace Gaitsmith
{
    public sealed class WalkerCamera : MonoBehaviour
    {
        [Tooltip("The walker's object in the scene.")]
        public string walker = "Walker";

        [Tooltip("From its hips to the camera, in metres.")]
        public Vector3 away = new Vector3(4, 1.5f, -4);

        Transform m_Hips;

        void Start()
        {
            // The walker builds its body before any Start.
            var hips = GameObject.Find(walker + "/" + Body.Hips);
            if (hips != null) m_Hips = hips.transform;
        }

        void LateUpdate()
        {
            if (m_Hips == null) return;
            var beside = m_Hips.position + away;
            transform.position = Vector3.Lerp(transform.position, beside, 3 * Time.deltaTime);
            transform.LookAt(m_Hips);
        }
    }
}
