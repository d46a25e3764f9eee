using System.Text.Json;
using Layer.Cli;
using Layer.Evidence.Collecting;

namespace Layer.Tests.Cli;

public sealed class CardSpecs
{
    private readonly StringWriter _error = new();

    private static readonly Failure Expired = new("SECRET_EXPIRED", new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["clientId"] = "11111111-2222-3333-4444-555555555555",
        ["correlationId"] = "aaaaaaaa-2222-3333-4444-555555555555",
    });

    [Fact]
    public void A_card_tells_what_happened_why_what_to_do_what_is_safe_and_what_to_quote()
    {
        var code = FailureReport.Print(App(width: 80), Expired, connecting: false, OutputForm.Table);

        Assert.Equal(4, code);
        var lines = _error.ToString().Split('\n');
        Assert.Equal("✗ The client secret has expired", lines[1]);
        Assert.Contains("  Do this", lines);
        Assert.Contains("  1. Create a new secret with the command.", lines);
        Assert.Contains(lines, line => line.StartsWith("  az ad app credential reset --id 11111111-2222-3333-4444-555555555555 --append", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  Safe  ", StringComparison.Ordinal));
        Assert.Contains("  SECRET_EXPIRED · correlation aaaaaaaa-2222-3333-4444-555555555555 · 2026-11-23T06:00:00Z", lines);
        Assert.DoesNotContain('\e', _error.ToString());
    }

    [Fact]
    public void A_card_fits_eighty_columns_but_for_what_is_there_to_be_copied()
    {
        FailureReport.Print(App(width: 80), Expired, connecting: false, OutputForm.Table);

        Assert.DoesNotContain(_error.ToString().Split('\n'), line =>
            line.Length > 80 && !line.StartsWith("  az ", StringComparison.Ordinal) && !line.Contains("https://", StringComparison.Ordinal)
            && !line.Contains("SECRET_EXPIRED", StringComparison.Ordinal));
    }

    [Fact]
    public void In_json_the_card_is_one_object_on_the_error_stream()
    {
        FailureReport.Print(App(width: 80), Expired, connecting: false, OutputForm.Json);

        using var json = JsonDocument.Parse(_error.ToString());
        var error = json.RootElement.GetProperty("error");
        Assert.Equal("SECRET_EXPIRED", error.GetProperty("code").GetString());
        Assert.Equal("The client secret has expired", error.GetProperty("title").GetString());
        Assert.All((string[])["why", "link", "safe"], name => Assert.Equal(JsonValueKind.String, error.GetProperty(name).ValueKind));
        Assert.All((string[])["do", "commands"], name => Assert.NotEqual(0, error.GetProperty(name).GetArrayLength()));
    }

    private LayerApp App(int width) => new(
        new Terminal
        {
            In = TextReader.Null, Out = TextWriter.Null, Error = _error, Environment = new Dictionary<string, string>(StringComparer.Ordinal), Width = width,
        },
        new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero)));
}
