using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Layer.Evidence.Audits;
using Layer.Tests.Evidence.Audits;

namespace Layer.Tests.Audits;

/// <summary>The verifier in C# and the one in Python, written from docs/evidence-format.md alone, over the same bundles.</summary>
public sealed class TwoVerifiersSpecs : IDisposable
{
    private const string Window = BundleStory.Window;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("layer-verifiers-");
    private readonly Dictionary<string, string> _spoiled = new(StringComparer.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Of_what_is_valid_both_say_the_same_gaps_and_remarks()
    {
        Write("usual", BundleKit.Of(BundleStory.Usual(), Window).Build());
        Write("complete", BundleKit.Of(BundleStory.Complete(), "2026-03-01..2026-03-03").Build());
        Write("later", BundleKit.Of(BundleStory.Usual(), "2026-03-03..2026-03-10").Build());
        Write("empty", BundleKit.Of(BundleStory.Usual(), "2026-04-01..2026-05-01").Build());

        foreach (var (file, python) in await PythonAsync())
        {
            var verdict = Verify(file);
            Assert.Equal((file, verdict.Verdict.LastLine), (file, python.Verdict));
            Assert.Equal(verdict.Verdict.Gaps, python.Gaps);
            Assert.Equal(verdict.Verdict.Remarks, python.Remarks);
            Assert.Equal(verdict.Coverage, python.Coverage);
        }
    }

    [Fact]
    public Task Over_a_thousand_spoiled_bundles_both_name_the_same_place() => CompareAsync(20261126);

    [Fact]
    [Trait("category", "soak")]
    public async Task Over_other_thousands_they_do_too()
    {
        for (var i = 0; i < 10; i++)
            await CompareAsync(Random.Shared.Next());
    }

    private async Task CompareAsync(int seed)
    {
        _spoiled.Clear();
        foreach (var file in _folder.EnumerateFiles())
            file.Delete();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        var random = new Random(seed);
        var whole = BundleKit.Of(BundleStory.Usual(), Window).Build();
        for (var i = 0; i < 400; i++)
            Spoil($"byte-{i:000}", WithByte(whole, random, out var at), $"byte {at}");
        for (var i = 0; i < 60; i++)
            Spoil($"cut-{i:000}", whole[..random.Next(whole.Length)], "cut off");
        for (var i = 0; i < 600; i++)
        {
            var kit = BundleKit.Of(BundleStory.Usual(), Window);
            var what = SpoilFile(kit, random);
            Spoil($"signed-{i:000}", kit.Build(), what);
        }

        for (var i = 0; i < 60; i++)
        {
            var kit = BundleKit.Of(BundleStory.Usual(), Window);
            var what = SpoilHead(kit, random);
            Spoil($"head-{i:000}", kit.Build(), what);
        }

        var different = new List<string>();
        var python = await PythonAsync();
        Assert.True(python.Count > 1000);
        foreach (var (file, theirs) in python)
        {
            var ours = Verify(file);
            Assert.True(ours.Verdict.ExitCode is not 64, _spoiled[file]);
            if ((ours.Verdict.ExitCode, ours.Place) != (theirs.ExitCode, theirs.Place))
                different.Add($"{file} ({_spoiled[file]}): C# {ours.Verdict.ExitCode} {ours.Verdict.LastLine} | Python {theirs.ExitCode} {theirs.Verdict}");
        }

        Assert.True(different.Count == 0, string.Join('\n', different.Prepend($"seed {seed}: {different.Count} of {python.Count} differ")));
    }

    private static byte[] WithByte(byte[] whole, Random random, out int at)
    {
        at = random.Next(whole.Length);
        byte[] spoiled = [.. whole];
        spoiled[at] ^= (byte)random.Next(1, 256);
        return spoiled;
    }

    // Somebody who holds the key changes a file and signs the list again.
    private static string SpoilFile(BundleKit kit, Random random)
    {
        string[] names = [.. kit.Files.Keys.Where(name => name is not ("checkpoint" or "bundle.json"))];
        var name = names[random.Next(names.Length)];
        var bytes = kit.Files[name];
        List<string> lines = [.. Encoding.UTF8.GetString(bytes).Split('\n')[..^1]];
        var (first, second) = (random.Next(lines.Count), random.Next(lines.Count));
        switch (random.Next(6))
        {
            case 0:
                kit.Files[name] = WithByte(bytes, random, out var at);
                return $"{name}: byte {at}";
            case 1:
                lines.RemoveAt(first);
                break;
            case 2:
                lines.Insert(second, lines[first]);
                break;
            case 3:
                (lines[first], lines[second]) = (lines[second], lines[first]);
                break;
            case 4:
                lines[first] = lines[first][..random.Next(lines[first].Length)];
                break;
            default:
                kit.Files[name] = bytes[..^1];
                return $"{name}: without its last byte";
        }

        kit.Files[name] = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
        return $"{name}: lines {first}, {second}";
    }

    private static string SpoilHead(BundleKit kit, Random random)
    {
        var head = kit.Head;
        var earlier = head.Earlier.ToList();
        var (what, spoiled) = random.Next(6) switch
        {
            0 => ("a later range", head with { First = head.First + 1 }),
            1 => ("an earlier range", head with { First = head.First - 1 }),
            2 => ("one earlier leaf less", head with { Earlier = [.. earlier.Where((_, i) => i != random.Next(earlier.Count))] }),
            3 => ("another first day", head with { From = head.From.AddDays(random.Next(-3, 4)) }),
            4 => ("another last day", head with { To = head.To.AddDays(random.Next(-3, 4)) }),
            _ => ("another size", head with { Checkpoint = head.Checkpoint + random.Next(-3, 3) }),
        };
        kit.Head = spoiled;
        kit.Files["bundle.json"] = spoiled.ToBytes();
        return what;
    }

    private void Spoil(string name, byte[] bytes, string what)
    {
        _spoiled[name + ".zip"] = what;
        Write(name, bytes);
    }

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(_folder.FullName, name + ".zip"), bytes);

    private BundleVerdict Verify(string file)
    {
        using var zip = File.OpenRead(Path.Combine(_folder.FullName, file));
        return BundleVerifier.Verify(zip);
    }

    private async Task<SortedDictionary<string, PythonVerdict>> PythonAsync()
    {
        var start = new ProcessStartInfo("python3") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { Verifier.Path, "--batch", _folder.FullName, "--json" })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("python3 did not start.");
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        var verdicts = new SortedDictionary<string, PythonVerdict>(StringComparer.Ordinal);
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            verdicts.Add(Path.GetFileName(root.GetProperty("file").GetString()!), new PythonVerdict(
                root.GetProperty("exitCode").GetInt32(), root.GetProperty("verdict").GetString()!, root.GetProperty("place").GetString(),
                root.GetProperty("coverage").GetString(), Texts(root, "gaps"), Texts(root, "remarks")));
        }

        await process.WaitForExitAsync(Cancellation);
        Assert.Equal("", await errors);
        return verdicts;
    }

    private static string[] Texts(JsonElement verdict, string name) => [.. verdict.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];

    private sealed record PythonVerdict(int ExitCode, string Verdict, string? Place, string? Coverage, string[] Gaps, string[] Remarks);
}
