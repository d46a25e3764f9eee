namespace Layer.Tests.Cli;

public sealed class UsageSpecs : IDisposable
{
    private readonly LayerProcess _layer = new();

    public void Dispose() => _layer.Dispose();

    [Fact]
    public async Task All_problems_of_a_command_line_are_told_at_once_and_nothing_is_on_standard_output()
    {
        var outcome = await _layer.RunAsync("version", "--output", "xml", "--colour", "red", "surplus");

        Assert.Equal(64, outcome.ExitCode);
        Assert.Empty(outcome.Output);
        Assert.Contains("'xml' is not a form. Allowed: table, json, csv.", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("'--colour' is no option of this command.", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("'surplus' is too much: this command takes no arguments.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_days_that_are_none_are_both_told()
    {
        var outcome = await _layer.RunAsync("diff", "2026-13-01", "x");

        Assert.Equal((64, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("FROM: '2026-13-01' is not a day.", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("TO: 'x' is not a day.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_duration_is_told_together_with_what_else_is_wrong_with_a_connection()
    {
        var outcome = await _layer.RunAsync("connect", "azure", "--wait", "soon", "--cloud", "mars", "--subscription-id", "nope");

        Assert.Equal((64, ""), (outcome.ExitCode, outcome.Output));
        foreach (var problem in (string[])["--wait: 'soon' is not a duration.", "Cloud is no Azure cloud", "Subscription ID is not an id.", "Client ID is missing.", "--name is missing."])
            Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_verb_is_answered_with_the_nearest_one()
    {
        var outcome = await _layer.RunAsync("versoin");

        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("Did you mean 'version'?", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_argument_is_named_with_what_it_may_be()
    {
        var outcome = await _layer.RunAsync("completion");

        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("SHELL is missing: bash, zsh, fish, pwsh", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_of_commands_alone_names_its_commands()
    {
        var outcome = await _layer.RunAsync("config");

        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("'layer config' needs one of: explain.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_goes_to_standard_output_and_is_no_error()
    {
        foreach (var args in (string[][])[[], ["--help"], ["help"], ["version", "-h"]])
        {
            var outcome = await _layer.RunAsync(args);

            Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
            Assert.Contains("Usage", outcome.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Help_and_version_create_no_data_folder()
    {
        await _layer.RunAsync("--help");
        await _layer.RunAsync("version");

        Assert.False(Directory.Exists(_layer.DataFolder));
    }

    [Fact]
    public async Task Bash_completes_verbs_with_the_printed_script()
    {
        var script = await _layer.RunAsync("completion", "bash");
        var suggested = await _layer.RunAsync("[suggest:10]", "layer vers");

        Assert.Contains("complete -F _layer layer", script.Output, StringComparison.Ordinal);
        Assert.Equal("version\n", suggested.Output);
    }
}
