using System.Text.Json;
using Layer.Remote;

namespace Layer.Evidence;

/// <summary>Evidence records, of the installation of this machine or of a server.</summary>
internal abstract class RecordSource : IAsyncDisposable
{
    /// <summary>Null: there is no installation here yet.</summary>
    public static async Task<RecordSource?> OpenAsync(LayerApp app, CancellationToken cancellationToken)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
            return new OverServer(server);
        return await app.FindReadableAsync(cancellationToken) is var (layer, workspace) ? new Here(layer, new EvidenceRecords(layer.Database, workspace.Id)) : null;
    }

    /// <summary>In the order of the log.</summary>
    public abstract Task<IReadOnlyList<EvidenceLine>> ListAsync(CancellationToken cancellationToken);

    /// <summary>A record's whole leaf; null when there is none of this index.</summary>
    public abstract Task<JsonElement?> FindLeafAsync(long index, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    private sealed class Here(Installation layer, EvidenceRecords records) : RecordSource
    {
        public override Task<IReadOnlyList<EvidenceLine>> ListAsync(CancellationToken cancellationToken) => records.ListAsync(cancellationToken);

        public override async Task<JsonElement?> FindLeafAsync(long index, CancellationToken cancellationToken)
        {
            if (await records.FindLeafAsync(index, cancellationToken) is not { } bytes)
                return null;
            using var leaf = JsonDocument.Parse(bytes);
            return leaf.RootElement.Clone();
        }

        public override ValueTask DisposeAsync() => layer.DisposeAsync();
    }

    private sealed class OverServer(RemoteServer server) : RecordSource
    {
        private const string Path = "/v1/evidence";

        public override async Task<IReadOnlyList<EvidenceLine>> ListAsync(CancellationToken cancellationToken)
        {
            var list = await server.ListAsync(Path, "evidence records", cancellationToken);
            return server.Read(() => list.Rows.Select(EvidenceLine.Read).ToList());
        }

        public override async Task<JsonElement?> FindLeafAsync(long index, CancellationToken cancellationToken) =>
            server.Required(await server.GetAsync($"{Path}/{index}", cancellationToken), "leaf");

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
