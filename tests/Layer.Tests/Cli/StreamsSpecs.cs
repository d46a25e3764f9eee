using System.Text.Json;

namespace Layer.Tests.Cli;

public sealed class StreamsSpecs : IDisposable
{
    // Not every escape: the runtime itself puts a terminal into keypad mode.
    private const string Colour = "\e\\[[0-9;]+m";
    private readonly LayerProcess _layer = new();

    public void Dispose() => _layer.Dispose();

    [Fact]
    public async Task Piped_output_has_no_escape_codes() =>
        Assert.DoesNotContain('\e', (await _layer.RunAsync("config", "explain")).Output);

    [Fact]
    public async Task A_terminal_gets_colours_unless_NO_COLOR_is_set()
    {
        var coloured = await _layer.RunAtTerminalAsync("config", "explain");
        _layer.Variables["NO_COLOR"] = "1";
        var plain = await _layer.RunAtTerminalAsync("config", "explain");

        Assert.Matches(Colour, coloured.Output);
        Assert.Contains("LAYER_DATA", plain.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(Colour, plain.Output);
    }

    [Fact]
    public async Task Json_on_standard_output_is_one_document()
    {
        var outcome = await _layer.RunAsync("config", "explain", "-o", "json");

        using var json = JsonDocument.Parse(outcome.Output);
        Assert.Equal("LAYER_DATA", json.RootElement.GetProperty("value")[0].GetProperty("setting").GetString());
        Assert.Empty(outcome.Error);
    }
}
