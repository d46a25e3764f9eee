using System.Text;
using Layer.Evidence;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>What was signed and stamped.</summary>
internal sealed partial class LogVerification
{
    private readonly List<SignedCheckpoint> _signed = [];
    private readonly SortedDictionary<long, SignedCheckpoint> _stored = [];
    private readonly List<TimestampLeaf> _timestamps = [];
    private string? _lastTimestamp;
    private IReadOnlyList<SignedCheckpoint> _inFile = [];

    // In the order of checkpoints.log, which is that of signing; then those that the database alone has.
    private async Task<SignedHistory> ReadHistoryAsync()
    {
        var file = new CheckpointsLog(_folder.Keys);
        try
        {
            _signed.AddRange(await file.ReadAsync(_workspace.Origin, _cancellationToken));
        }
        catch (FormatException unreadable)
        {
            throw new BrokenLogException($"checkpoints.log cannot be read: {unreadable.Message}", unreadable);
        }

        var inFile = _signed.Select(checkpoint => checkpoint.ToString()).ToHashSet(StringComparer.Ordinal);
        _inFile = [.. _signed];
        var missing = 0;
        var rows = _connection.QueryAsync(
            "SELECT size, text FROM checkpoint WHERE workspace = @workspace ORDER BY size", _cancellationToken, ("@workspace", WorkspaceId));
        await foreach (var row in rows)
        {
            if (!SignedCheckpoint.TryParse(Encoding.UTF8.GetBytes(row.GetString(1)), out var stored, out var problem))
                throw new BrokenLogException($"The stored checkpoint of size {row.GetInt64(0)} is none: {problem}");
            if (stored.Checkpoint.Size != row.GetInt64(0))
                throw new BrokenLogException($"The stored checkpoint of size {row.GetInt64(0)} is one of size {stored.Checkpoint.Size}.");
            _stored.Add(stored.Checkpoint.Size, stored);
            if (inFile.Contains(row.GetString(1)))
                continue;
            missing++;
            _signed.Add(stored);
        }

        if (missing > 0)
            _remarks.Add($"checkpoints.log lacks {missing} checkpoints that the database has: a rollback to before them would not be noticed.");
        return new SignedHistory([.. _signed.Select(checkpoint => checkpoint.Checkpoint)], await ReadEpochsAsync());
    }

    // Read ahead of the leaves, because they decide which checkpoints the leaves are compared with. One that is not what it seems is named when its turn comes.
    private async Task<List<(long Index, EpochLeaf Leaf)>> ReadEpochsAsync()
    {
        var epochs = new List<(long, EpochLeaf)>();
        var rows = _connection.QueryAsync(
            "SELECT idx, bytes FROM log_leaf WHERE workspace = @workspace AND kind = @kind ORDER BY idx", _cancellationToken,
            ("@workspace", WorkspaceId), ("@kind", LeafKind.Epoch));
        await foreach (var row in rows)
        {
            try
            {
                if (Leaf.Parse(PackedBytes.Unpack(row.GetFieldValue<byte[]>(1))).Body is EpochLeaf epoch)
                    epochs.Add((row.GetInt64(0), epoch));
            }
            catch (Exception changed) when (changed is InvalidDataException or FormatException)
            {
                return epochs;
            }
        }

        return epochs;
    }

    private void CheckLost(SignedHistory history)
    {
        if (history.FindUnexcused(_replay) is { } unexcused)
            throw new BrokenLogException($"The log does not extend the checkpoint of size {unexcused.Size}, and no epoch says that it was lost.");
        if (_replay.Lost.FirstOrDefault(lost => _stored.TryGetValue(lost.Size, out var stored) && stored.Checkpoint == lost) is { } kept)
            throw new BrokenLogException($"The database holds the checkpoint of size {kept.Size}, and its log does not extend it.");
        _remarks.AddRange(history.LostIn(_replay).Select(lost => lost.Sentence));
        // A crash between both leaves one line of the file without its row; what somebody deleted looks the same.
        if (_inFile.Count(line => !_replay.Lost.Contains(line.Checkpoint) && !_stored.ContainsKey(line.Checkpoint.Size)) is > 0 and var gone)
            _remarks.Add($"The database lacks {gone} checkpoint{(gone == 1 ? "" : "s")} that checkpoints.log has: a crash can leave that, and so does whoever deletes them.");
    }

    // The pinned one if the log names it; else the newest that signs.
    private VerificationKey ChooseKey(VerificationKey? pinned) =>
        pinned is not null && _replay.Keys.Any(key => key.Key == pinned.ToString())
            ? pinned
            : VerificationKey.Parse(_replay.Keys.Last(key => key.IsActiveAt(_replay.Size)).Key);

    // The roots were compared while the leaves were read. What was lost has no key to be judged by: the leaf that named it may be lost as well.
    private void CheckSignatures()
    {
        var keys = _replay.Keys.Select(key => (Period: key, Key: VerificationKey.Parse(key.Key))).ToArray();
        _signed.RemoveAll(checkpoint => _replay.Lost.Contains(checkpoint.Checkpoint));
        _signed.Sort((x, y) => x.Checkpoint.Size.CompareTo(y.Checkpoint.Size));
        foreach (var checkpoint in _signed)
        {
            var size = checkpoint.Checkpoint.Size;
            var states = keys.Select(key => (key.Period, State: checkpoint.Check(key.Key))).Where(each => each.State != SignatureState.NotSigned).ToArray();
            if (states.Length == 0 || states.Any(each => each.State == SignatureState.Invalid))
                throw new BrokenLogException($"The checkpoint of size {size} is not signed by the log's key.");
            if (!states.Any(each => each.Period.IsActiveAt(size)))
                throw new BrokenLogException($"The checkpoint of size {size} is signed by a key that did not sign the log then.");
            _lastCheckpoint = checkpoint;
        }
    }

    // False when it signed nothing of what is there.
    private bool CheckPinned(VerificationKey pinned)
    {
        if (_lastCheckpoint is null)
            return true;
        if (_signed.FindLast(checkpoint => checkpoint.Check(pinned) == SignatureState.Valid) is not { } last)
            return false;
        if (last.Checkpoint.Size < _lastCheckpoint.Checkpoint.Size)
        {
            _remarks.Add(
                $"The key given signed up to {last.Checkpoint.Size} leaves: for the {_lastCheckpoint.Checkpoint.Size - last.Checkpoint.Size} signed after that, the log's own word on its newer keys was taken.");
        }

        return true;
    }

    private async Task CheckTimestampsAsync()
    {
        var leaves = _timestamps.ToLookup(leaf => leaf.Size);
        var rows = _connection.QueryAsync(
            "SELECT size, authority, token FROM timestamp_token WHERE workspace = @workspace ORDER BY size", _cancellationToken, ("@workspace", WorkspaceId));
        var seen = 0;
        await foreach (var row in rows)
        {
            seen++;
            var (size, authority, token) = (row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2));
            if (leaves[size].ToArray() is not [var leaf] || leaf.Authority != authority || leaf.Token != Digest.Of(token))
                throw new BrokenLogException($"The time stamp of the checkpoint of size {size} is not the one its leaf names.");
            if (!_stored.TryGetValue(size, out var checkpoint) || LogTimestamps.HashOf(checkpoint) != leaf.Checkpoint)
                throw new BrokenLogException($"The time stamp of size {size} is over another checkpoint than the one signed then.");
            if (TimestampToken.FindProblem(token, leaf.Checkpoint) is { } problem)
                throw new BrokenLogException($"The time stamp of the checkpoint of size {size} does not hold: {problem}.");
            _lastTimestamp =
                $"{authority} stamped the checkpoint of {size} leaves at {TimestampToken.TimeOf(token).UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z; whether its certificate is to be trusted is for you to decide.";
        }

        if (seen != _timestamps.Count)
            throw new BrokenLogException($"The log has {_timestamps.Count} timestamp leaves, and there are {seen} time stamps.");
    }
}
