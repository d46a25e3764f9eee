namespace Layer.Evidence.Log;

/// <summary>The root of a complete subtree of 2^<paramref name="Level"/> leaves, the <paramref name="Index"/>-th of its level from the left.</summary>
/// <remarks>A complete subtree never changes once it is there, so it is stored once and never updated. Level 0 are the leaf hashes.</remarks>
/// <param name="Level">0 for leaves.</param>
/// <param name="Index">Counted from 0: it covers the leaves from Index·2^Level up to, not including, (Index+1)·2^Level.</param>
/// <param name="Hash">The root of the subtree.</param>
public readonly record struct TreeNode(int Level, long Index, Digest Hash);
