using System.CommandLine;
using Layer.Cli;

namespace Layer.Secrets;

/// <summary><c>layer secrets rekey</c>.</summary>
internal static class SecretsCommand
{
    public static Command Create(LayerApp app)
    {
        var rekey = new Command("rekey", "Put a new key-encryption key in the place of the old one.");
        rekey.SetAction(async (_, cancellationToken) =>
        {
            await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
            var outcome = await new Rekey(layer.Database, layer.Ring, layer.Seal).RunAsync(cancellationToken);
            app.Terminal.Say($"{(outcome.Resumed ? "An unfinished rekey was finished" : "A new key was made")}: {outcome.Wrapped} sealed values are under key {outcome.KeyId}, {outcome.Deleted} old keys were deleted.");
            app.Terminal.Say("Back up keys/ now: without it stored secrets cannot be read.");
            return ExitCode.Done;
        });
        return new Command("secrets", "Keys that seal stored secrets.") { rekey };
    }
}
