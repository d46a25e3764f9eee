namespace Layer.AzureEmulator;

/// <summary>An emulator as a program: starts, writes its trust anchor, prints the environment to use it with, and serves until told to stop.</summary>
public sealed record EmulatorProgram
{
    /// <summary>A world file (docs/azure-emulator.md); null: <see cref="Seed"/> or the sample.</summary>
    public string? WorldFile { get; init; }

    /// <summary>Draws a world of <see cref="Subscriptions"/>, <see cref="Groups"/> and <see cref="Assignments"/>; null: the sample.</summary>
    public int? Seed { get; init; }

    /// <summary>For a drawn world.</summary>
    public int Subscriptions { get; init; } = 1;

    /// <summary>For a drawn world: resource groups per subscription, at most 980.</summary>
    public int Groups { get; init; } = 49;

    /// <summary>For a drawn world: rows per assignment list, at most 4,000.</summary>
    public int Assignments { get; init; } = 79;

    /// <summary>Where the trust anchor goes, as PEM.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>Proxy and control port, page size, latency.</summary>
    public EmulatorOptions Options { get; init; } = new();

    /// <summary>Serves until cancelled, then ends without an exception. The lines on <paramref name="output"/> can be evaluated by a shell.</summary>
    public async Task RunAsync(TextWriter output, CancellationToken ct)
    {
        await using var emulator = await StartAsync(ct);
        foreach (var line in Environment(emulator))
            await output.WriteLineAsync(line.AsMemory(), ct);
        await output.FlushAsync(ct);
        await Task.Delay(Timeout.InfiniteTimeSpan, EmulatorOptions.RealTime, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Starts the emulator and writes its trust anchor.</summary>
    public async Task<Emulator> StartAsync(CancellationToken ct)
    {
        var world = WorldFile is { } file ? await World.FromFileAsync(file, ct)
            : Seed is { } seed ? World.Random(seed, Subscriptions, Groups, Assignments)
            : World.Sample();
        var emulator = await Emulator.StartAsync(world, Options, ct);
        await emulator.WriteTrustAnchorAsync(CertificateFile, ct);
        return emulator;
    }

    /// <summary>The lines: proxy and trust, then one subscription with an app that may read it, then the others as comments.</summary>
    public IEnumerable<string> Environment(Emulator emulator)
    {
        yield return $"export HTTPS_PROXY={emulator.Proxy.GetLeftPart(UriPartial.Authority)}";
        yield return $"export SSL_CERT_FILE={Path.GetFullPath(CertificateFile)}";
        yield return "export SSL_CERT_DIR=/nonexistent";
        if (emulator.Control is var (address, token))
        {
            yield return $"export LAYER_EMULATOR_CONTROL={address.GetLeftPart(UriPartial.Authority)}";
            yield return $"export LAYER_EMULATOR_TOKEN={token}";
        }
        var subscriptions = emulator.World.Subscriptions;
        if (subscriptions.Count > 0 && emulator.World.Apps.FirstOrDefault(a => a.TenantId == subscriptions[0].TenantId && a.Secrets.Count > 0) is { } app)
        {
            yield return $"export AZURE_SUBSCRIPTION_ID={subscriptions[0].Id}";
            yield return $"export AZURE_CLIENT_ID={app.ClientId}";
            yield return $"export AZURE_CLIENT_SECRET='{app.Secret}'";
        }
        foreach (var subscription in subscriptions)
            yield return $"# subscription {subscription.Name}: {subscription.Id} in tenant {subscription.TenantId}";
    }
}
