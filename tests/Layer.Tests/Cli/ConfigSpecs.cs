namespace Layer.Tests.Cli;

public sealed class ConfigSpecs : IDisposable
{
    private const string Canary = "canary~Q8vT1";
    private readonly LayerProcess _layer = new();

    public void Dispose() => _layer.Dispose();

    [Fact]
    public async Task The_environment_wins_over_the_file_and_both_are_shown()
    {
        Directory.CreateDirectory(_layer.DataFolder);
        await File.WriteAllTextAsync(Path.Combine(_layer.DataFolder, "layer.json"), """{"Layer":{"LogOrigin":"from-file"}}""");
        _layer.Variables["Layer__LogOrigin"] = "from-environment";

        var line = Assert.Single((await _layer.RunAsync("config", "explain")).Output.Split('\n'), line => line.StartsWith("Layer:LogOrigin", StringComparison.Ordinal));

        Assert.Matches("from-environment +environment Layer__LogOrigin +[^ ]+layer.json = from-file", line);
    }

    [Fact]
    public async Task Secrets_are_named_and_never_shown()
    {
        foreach (var variable in (string[])["AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET"])
            _layer.Variables[variable] = Canary;
        _layer.Variables["HTTPS_PROXY"] = $"http://user:{Canary}@proxy.example:3128";
        _layer.Variables["Layer__Database"] = $"postgres://layer:{Canary}@db.example/layer";

        foreach (var form in (string[])["table", "json", "csv"])
        {
            var outcome = await _layer.RunAsync("config", "explain", "-o", form);

            Assert.Contains("set, not shown", outcome.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(Canary, outcome.Output + outcome.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unknown_key_is_an_error_that_names_the_allowed_ones()
    {
        _layer.Variables["Layer__Databse"] = "x";

        var outcome = await _layer.RunAsync("config", "explain");

        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("Layer__Databse is no setting. Allowed: Layer__Database, Layer__LogOrigin, Layer__TimestampAuthority, Layer__Names, Layer__RetentionYears, Layer__LeaseSeconds, Layer__AllowedPrivateNetworks, Layer__PublicUrl, Layer__OidcAuthority, Layer__OidcClientId, Layer__OidcClientSecret, Layer__OidcRoleClaim, Layer__OidcRoles, Layer__Certificate, Layer__CertificateKey, Layer__CertificatePassword, Layer__TrustedProxies, Layer__NoticeWebhook, Layer__NoticeWebhookSecret, Layer__NoticeChat, Layer__Smtp, Layer__NoticeFrom, Layer__NoticeTo, Layer__MetricsToken.", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-7")]
    [InlineData("7.5")]
    [InlineData("for ever")]
    public async Task A_retention_that_is_no_number_of_years_is_refused_and_not_replaced_by_a_default(string years)
    {
        _layer.Variables["Layer__RetentionYears"] = years;

        var outcome = await _layer.RunAsync("workspace", "show");

        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains($"Layer:RetentionYears is '{years}'. Allowed: a whole number of years from 1 to 100.", outcome.Error, StringComparison.Ordinal);
    }
}
