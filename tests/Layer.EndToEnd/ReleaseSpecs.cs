namespace Layer.EndToEnd;

/// <summary>What is published can be built again by anybody, byte for byte, and runs where there is nothing else.</summary>
public sealed class ReleaseSpecs
{
    [Fact]
    [Trait("category", "soak")]
    public async Task Built_twice_every_byte_is_the_same_and_the_file_starts_in_an_empty_folder_without_an_environment()
    {
        using var release = Command.Start(
            Repository.PathOf("release"), ["--check", "linux-x64"], new Dictionary<string, string> { ["HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) }, patience: TimeSpan.FromMinutes(30));
        var output = (await release.EndAsync()).Expect(0).Output;

        Assert.Contains("Built twice, every byte is the same.", output, StringComparison.Ordinal);
        Assert.Contains("layer 0.1.0 (", output, StringComparison.Ordinal);
        Assert.Contains("\nVALID WITH ", output, StringComparison.Ordinal);
        Assert.Contains(".cdx.json", output, StringComparison.Ordinal);
    }
}
