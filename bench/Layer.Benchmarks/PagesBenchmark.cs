using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Layer.Benchmarks;

/// <summary>
/// Pages of `layer serve` with a year of three connections of 4,000 role assignments each, as a browser on the same machine gets them: the median of twenty,
/// after one to warm up.
/// </summary>
internal static partial class PagesBenchmark
{
    private const int Times = 20;
    private const int Goal = 100;

    private static readonly (string Name, string Path)[] Pages =
    [
        ("home", "/"),
        ("inventory, 12,000 assignments", "/inventory?day=2025-12-31"),
        ("  sorted by since, page 40", "/inventory?day=2025-12-31&sort=-since&page=40"),
        ("  filtered", "/inventory?day=2025-12-31&q=contributor&flag=privileged"),
        ("resource groups, 900", "/inventory/groups?day=2025-12-31"),
        ("changes of 365 days", "/changes?from=2025-01-01&to=2025-12-31"),
        ("evidence by criterion", "/evidence"),
        ("evidence records, 2,148", "/evidence/records"),
        ("one record", "/evidence/3000"),
        ("audit window of 365 days", "/audits/2025-01-01..2026-01-01"),
        ("integrations", "/integrations"),
    ];

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("layer-bench-").FullName;
        try
        {
            var data = Path.Combine(folder, "data");
            Console.Error.WriteLine("Sealing a year of three connections (some minutes) …");
            await new AuditYear().MakeAsync(data);
            var launcher = Path.Combine(Checkout.Root, "layer");
            ChildProcess.Run(launcher, ["version"], new Dictionary<string, string>());
            var start = new ProcessStartInfo(launcher, ["serve", "--urls", "http://127.0.0.1:0"]) { UseShellExecute = false, RedirectStandardOutput = true };
            start.Environment["LAYER_DATA"] = data;
            var begun = Stopwatch.GetTimestamp();
            using var server = Process.Start(start) ?? throw new InvalidOperationException($"{launcher} did not start.");
            try
            {
                var (address, setUp) = await ReadyAsync(server);
                var ready = Stopwatch.GetElapsedTime(begun);
                using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address };
                client.DefaultRequestHeaders.Add("Cookie", await SignInAsync(address, setUp));
                Console.WriteLine($"Pages with a year of 3 connections, 4,000 role assignments each; {Environment.ProcessorCount} processors; median of {Times}; start to ready {ready.TotalSeconds:N2} s\n");
                Console.WriteLine("                                   first     median    slowest       bytes   goal");
                var missed = 0;
                foreach (var (name, path) in Pages)
                    missed += await MeasureAsync(client, name, path) ? 0 : 1;
                return missed == 0 ? 0 : 1;
            }
            finally
            {
                server.Kill(entireProcessTree: true);
                await server.WaitForExitAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> MeasureAsync(HttpClient client, string name, string path)
    {
        var times = new List<double>();
        var (bytes, first) = (0, 0d);
        for (var i = 0; i <= Times; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            using var response = await client.GetAsync(path);
            bytes = (await response.Content.ReadAsByteArrayAsync()).Length;
            var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            if (response.StatusCode != HttpStatusCode.OK)
                throw new InvalidOperationException($"{path}: {response.StatusCode}");
            if (i == 0)
                first = took;
            else
                times.Add(took);
        }

        times.Sort();
        var median = (times[(Times / 2) - 1] + times[Times / 2]) / 2;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-30}{first,8:N0} ms{median,8:N1} ms{times[^1],8:N1} ms{bytes,12:N0}{Goal,5} ms{(median < Goal ? "" : "  MISSED")}"));
        return median < Goal;
    }

    private static async Task<(Uri Address, Uri SetUp)> ReadyAsync(Process server)
    {
        Uri? address = null;
        while (await server.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Address().Match(line) is { Success: true } listens)
                address = new Uri(listens.Groups["found"].Value);
            if (SetUp().Match(line) is { Success: true } link && address is not null)
                return (address, new Uri(link.Value));
        }

        throw new InvalidOperationException("The server ended.");
    }

    // Becomes the first administrator. Cookies of http://localhost are marked Secure, which a browser sends there and HttpClient does not.
    private static async Task<string> SignInAsync(Uri address, Uri setUp)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address };
        using var page = await client.GetAsync(setUp);
        var token = FormToken().Match(await page.Content.ReadAsStringAsync()).Groups["found"].Value;
        using var form = new HttpRequestMessage(HttpMethod.Post, setUp)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["form-token"] = token, ["name"] = "Ada Lindqvist", ["email"] = "ada@example.test", ["password"] = "made up for a benchmark",
            }),
        };
        form.Headers.Add("Cookie", Cookies(page));
        using var done = await client.SendAsync(form);
        return done.StatusCode == HttpStatusCode.Redirect ? Cookies(done) : throw new InvalidOperationException($"Setting up: {done.StatusCode}");
    }

    private static string Cookies(HttpResponseMessage response) => string.Join("; ", response.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));

    [GeneratedRegex(@"^Layer listens on (?<found>\S+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"http://\S+/set-up/\S+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SetUp();

    [GeneratedRegex("name=\"form-token\"[^>]*value=\"(?<found>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormToken();
}
