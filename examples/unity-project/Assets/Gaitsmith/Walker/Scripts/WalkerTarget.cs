// The cube to walk to. When a part of its walker touches it, the walker is rewarded and the cube moves on.

using UnityEngine;

namespace Gaitsmith
{
    public sealed class WalkerTarget : MonoBehaviour
    {
        public WalkerAgent Agent { get; set; }

        void OnCollisionEnter(Collision collision)
        {
            if (collision.gameObject.GetComponent<WalkerPart>() != null) Agent.TouchTarget();
        }
    }
}
