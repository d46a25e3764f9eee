using System.Text.RegularExpressions;

[assembly: AssemblyFixture(typeof(Layer.EndToEnd.Web.ServedDemo))]

namespace Layer.EndToEnd.Web;

/// <summary><c>layer demo --serve</c>, run once for all tests that only look; each asks for a browser of its own.</summary>
public sealed partial class ServedDemo : IAsyncDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("layer-demo-");
    private readonly SemaphoreSlim _gate = new(1);
    private Served? _served;
    private string? _state;

    internal Served Served => _served ?? throw new InvalidOperationException("Ask for a page first.");

    /// <summary>The JSON it prints to be pasted at Connect.</summary>
    internal string Pasted => Json().Match(Served.Printed).Value;

    internal Dictionary<string, string> Environment => new() { ["HOME"] = _home.FullName, ["LAYER_DATA"] = Path.Combine(_home.FullName, "data") };

    /// <summary>A page in which the administrator is signed in.</summary>
    internal async Task<Microsoft.Playwright.IPage> OpenAsync(Chromium chromium, Microsoft.Playwright.BrowserNewContextOptions? options = null)
    {
        await _gate.WaitAsync();
        try
        {
            if (_served is null)
            {
                _served = await Served.StartAsync(Environment, "demo", "--serve");
                var first = await chromium.OpenAsync();
                await _served.SetUpAsync(first);
                _state = await first.Context.StorageStateAsync();
                await first.Context.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }

        options ??= new Microsoft.Playwright.BrowserNewContextOptions { ViewportSize = new Microsoft.Playwright.ViewportSize { Width = 1440, Height = 1000 } };
        options.StorageState = _state;
        return await chromium.OpenAsync(options);
    }

    public async ValueTask DisposeAsync()
    {
        if (_served is not null)
            await _served.DisposeAsync();
        _gate.Dispose();
        _home.Delete(recursive: true);
    }

    [GeneratedRegex(@"\{[^{}]*""password""[^{}]*\}")]
    private static partial Regex Json();
}
