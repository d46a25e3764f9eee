namespace Layer.AzureEmulator;

/// <summary>How an emulator behaves beyond its world.</summary>
public sealed record EmulatorOptions
{
    /// <summary>Date headers, secret expiry, token buckets and grant delays follow it; certificates and token lifetimes follow real time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Rows per page where the caller gives no $top; null: everything in one page, as Azure does (azure-wire §3.3).</summary>
    public int? PageSize { get; init; }

    /// <summary>Real time that passes before each answer.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>False: buckets never run dry.</summary>
    public bool Throttling { get; init; } = true;

    /// <summary>How long a token lives; real time.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>Loopback port of the proxy; 0: any free one.</summary>
    public int ProxyPort { get; init; }

    /// <summary>Loopback port of the control port; 0: any free one; null: there is none.</summary>
    public int? ControlPort { get; init; }

    /// <summary>True: the lines of an AADSTS description are separated as they were until 2023 (azure-wire §1.4).</summary>
    public bool OldDescriptions { get; init; }

    internal static TimeProvider RealTime => TimeProvider.System;
}
