using System.CommandLine;
using Layer.Cli;
using Layer.Operations;
using Layer.Serving;
using Layer.Syncing;
using Microsoft.AspNetCore.Identity;

namespace Layer.Access;

/// <summary><c>layer admin</c>: what only somebody with access to the machine may do.</summary>
internal static class AdminCommand
{
    public static Command Create(LayerApp app)
    {
        var email = new Argument<string>("EMAIL") { Description = "whose; their account is on Settings → People" };
        var second = new Option<bool>("--also-second-factor") { Description = "switch off the code of their authenticator app as well" };
        var reset = new Command("reset-link", "Print a link with which somebody sets a new password, once and within an hour.") { email, second };
        reset.SetAction((parsed, cancellationToken) => ResetAsync(app, parsed.GetRequiredValue(email), parsed.GetValue(second), cancellationToken));
        return new Command("admin", "What only somebody with access to this machine may do.") { reset };
    }

    private static async Task<int> ResetAsync(LayerApp app, string email, bool alsoSecondFactor, CancellationToken cancellationToken)
    {
        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        var workspace = await layer.FindWorkspaceAsync(cancellationToken) ?? await layer.GetOrCreateWorkspaceAsync(cancellationToken);
        // The services of the server, which is not started: its keys make the link, and its log records that it was made.
        await using var web = WebServer.Build(app, layer, workspace, new ServeOptions([ServeOptions.DefaultUrl], static (_, _) => { }));
        await using var scope = web.Services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        var person = await people.FindByEmailAsync(email) ?? throw new RefusedException("PERSON_NOT_FOUND", ("email", email));
        if (alsoSecondFactor)
            await people.SetTwoFactorEnabledAsync(person, false);
        await scope.ServiceProvider.GetRequiredService<AuditTrail>().WriteAsync(
            Actor.OfThisProcess, "access.reset-link-made", person.Id.ToString(), alsoSecondFactor ? "second factor switched off" : null, cancellationToken);
        var token = Uri.EscapeDataString(await people.GeneratePasswordResetTokenAsync(person));
        var address = layer.Settings.PublicUrl?.GetLeftPart(UriPartial.Authority) ?? ServeOptions.DefaultUrl;
        app.Terminal.Out.WriteLine($"{address}/reset/{person.Id}?token={token}");
        app.Terminal.Say(app.Terminal.ErrorInk.Quiet($"For {SafeText.ForTerminal(person.DisplayName)}, once and within an hour. Give it to nobody else; where Layer listens elsewhere, change the beginning."));
        return ExitCode.Done;
    }
}
