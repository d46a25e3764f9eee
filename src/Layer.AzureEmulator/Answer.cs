using System.Text.Json;

namespace Layer.AzureEmulator;

internal enum Wire
{
    Whole,
    Reset,
    HalfBody,
    TruncatedGzip,
    Never,
}

/// <summary>An answer before it is sent: faults change it, the log describes it.</summary>
internal sealed class Answer
{
    public required int Status { get; set; }

    public ReadOnlyMemory<byte> Body { get; set; }

    public string? ContentType { get; set; } = "application/json; charset=utf-8";

    public List<(string Name, string Value)> Headers { get; } = [];

    public AzureCall Call { get; set; }

    public int Page { get; init; } = 1;

    public int Pages { get; init; } = 1;

    public Guid? Client { get; set; }

    /// <summary>The object id of the caller, for faults that need its own row.</summary>
    public Guid? Caller { get; set; }

    /// <summary>The caller's tenant.</summary>
    public Guid? Tenant { get; set; }

    /// <summary>All pages of the list, for faults that mix them up.</summary>
    public IReadOnlyList<byte[]> AllPages { get; init; } = [];

    /// <summary>How the bytes leave; anything but whole is a fault.</summary>
    public Wire Wire { get; set; }

    /// <summary>Waits on the world's clock before anything is sent.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>True: the body may be compressed once and kept, because it is the same array until the world changes.</summary>
    public bool Prepared { get; set; }

    public static Answer Json(int status, Action<Utf8JsonWriter> write) => new() { Status = status, Body = JsonBytes.Write(write) };

    public Answer With(string header, string value)
    {
        Headers.Add((header, value));
        return this;
    }

    public Answer For(AzureCall call)
    {
        Call = call;
        return this;
    }
}
