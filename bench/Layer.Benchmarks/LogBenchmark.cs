using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Layer.Evidence;
using Layer.Evidence.Log;

namespace Layer.Benchmarks;

/// <summary>A log of a million leaves, as large as an unchanged sync's, appended and verified: hashed again from their bytes, and the roots compared.</summary>
internal static class LogBenchmark
{
    private const int Leaves = 1_000_000;
    private const int LeafBytes = 1600;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>1 when it takes more than ten seconds of the processor, or the roots differ: what else runs on the machine is not the log's.</summary>
    public static int Run()
    {
        var leaf = new byte[LeafBytes];
        var frontier = new Frontier();
        var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        for (var i = 0; i < Leaves; i++)
            frontier.Append(Hash(leaf, i));
        var appended = Environment.CpuUsage.TotalTime - processor;

        var hashes = new Digest[Leaves];
        for (var i = 0; i < Leaves; i++)
            hashes[i] = Hash(leaf, i);
        var same = MerkleTree.Root(hashes) == frontier.Root;
        var took = Environment.CpuUsage.TotalTime - processor;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nlog of {Leaves:N0} leaves of {LeafBytes:N0} bytes: appended in {appended.TotalMilliseconds:N0} ms, verified in {(took - appended).TotalMilliseconds:N0} ms of processor time; "
            + $"{took.TotalSeconds:N1} s, at most {Limit.TotalSeconds:N0} s ({Stopwatch.GetElapsedTime(start).TotalSeconds:N1} s on the wall)"));
        return same && took < Limit ? 0 : 1;
    }

    private static Digest Hash(byte[] leaf, int index)
    {
        BinaryPrimitives.WriteInt32LittleEndian(leaf, index);
        return MerkleTree.LeafHash(leaf);
    }
}
