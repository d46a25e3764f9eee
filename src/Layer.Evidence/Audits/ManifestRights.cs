using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>The assignments by which each reading had the right to read: those of the setting in force for its manifest.</summary>
internal sealed class ManifestRights
{
    private readonly Dictionary<long, IReadOnlyList<string>> _ownRows = [];

    /// <summary>Takes a manifest; the one that carries its setting came before.</summary>
    public void Add(long index, SyncManifest manifest)
    {
        if (manifest.Setting is { } setting)
            _ownRows.Add(index, setting.Right?.OwnRows ?? []);
        else if (manifest.SettingAt is { } carried && _ownRows.TryGetValue(carried, out var rows))
            _ownRows.Add(index, rows); // the same list: whoever compares sees that nothing changed
    }

    /// <summary>Keys of assignments; empty when the setting says none.</summary>
    public IReadOnlyList<string> Of(long manifest) => _ownRows.TryGetValue(manifest, out var rows) ? rows : [];
}
