using System.CommandLine;
using System.Data.Common;
using Layer.Azure.Names;
using Layer.Cli;
using Layer.Connections;
using Layer.Evidence.Collecting;
using Layer.Operations;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer.Inventory;

/// <summary><c>layer names list|refresh|forget</c>, and the look-up after a sync.</summary>
internal static class NamesCommand
{
    // A firewall that swallows what goes to Graph must not hold up a sync that is over.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public static Command Create(LayerApp app) => new("names", "What principals are called: provable, and erasable.") { List(app), Refresh(app), Forget(app) };

    /// <summary>Looks names up when that is switched on. Whatever becomes of it, the sync stands; a person is told in one line.</summary>
    public static async Task AfterSyncAsync(
        LayerApp app, Installation layer, Workspace workspace, IEnumerable<Connection> connections, CancellationToken cancellationToken)
    {
        if (!layer.LooksUpNames)
            return;
        using var deadline = new CancellationTokenSource(Deadline, layer.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var refreshed = await layer.NamesOf(workspace, layer.Connector).RefreshAsync(connections, all: false, either.Token);
            if (refreshed.Failure is { } failure)
                Say(Note(failure));
        }
        catch (RefusedException refused)
        {
            Say(Note(refused.Failure));
        }
        catch (DbException broken)
        {
            Say($"Names were not stored: {broken.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Say($"Names were not looked up: Microsoft Graph did not answer within {Deadline.TotalSeconds:0} seconds.");
        }

        void Say(string note) => app.Terminal.Say($"{app.Terminal.ErrorInk.Caution("!")} {SafeText.ForTerminal(note)}");
    }

    private static string Note(Failure failure)
    {
        var card = ErrorCatalog.Card(failure, connecting: false);
        return card.Code == "NAMES_UNAVAILABLE"
            ? $"{card.Title} ({card.Code}); evidence is complete without them. An administrator allows it with: {string.Join(" && ", card.Commands)}"
            : $"Names were not looked up: {card.Title} ({card.Code}). Evidence is complete without them.";
    }

    private static Command List(LayerApp app)
    {
        var output = OutputOption.Create();
        var command = new Command("list", "List what directories said about principals at the last look-up.") { output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
                return SyncCommand.NothingConnected(app, form);
            await using var opened = layer;
            var names = (await layer.InventoryOf(workspace).NamesAsync(cancellationToken)).Matching(text: null)
                .OrderBy(name => name.Name is null).ThenBy(name => name.Name, StringComparer.Ordinal).ThenBy(name => name.PrincipalId, StringComparer.Ordinal).ToList();
            var records = (await NameRecords.ListAsync(layer.Database, workspace.Id, cancellationToken)).ToLookup(record => (record.Tenant, record.PrincipalId));
            NameListing.Of(name => records[(name.TenantId, name.PrincipalId)].LastOrDefault()?.Leaf).Write(app.Terminal, form, names);
            if (names.Count == 0)
                app.Terminal.Say("No names are stored. Look them up with: layer names refresh");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Refresh(LayerApp app)
    {
        var output = OutputOption.Create();
        var command = new Command("refresh", "Look up the names of all principals that hold roles now.") { output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
            if (await layer.FindWorkspaceAsync(cancellationToken) is not { } workspace)
                return SyncCommand.NothingConnected(app, form);
            if (workspace.Sample)
                return SyncCommand.RefuseSample(app);
            var connections = (await layer.Connections.ListAsync(workspace.Id, cancellationToken)).Where(c => c.State is not (ConnectionState.Paused or ConnectionState.Disconnected));
            var refreshed = await layer.NamesOf(workspace, layer.Connector).RefreshAsync(connections, all: true, cancellationToken);
            Write(app.Terminal, form, refreshed);
            return refreshed.Failure is { } failure ? FailureReport.Print(app, failure, connecting: false, form) : ExitCode.Done;
        });
        return command;
    }

    private static Command Forget(LayerApp app)
    {
        var principal = new Argument<string?>("PRINCIPAL") { Description = "an object id, a name or a user principal name", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "every name" };
        var command = new Command("forget", "Erase stored names and what proves them; evidence holds none.") { principal, all };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == result.GetValue(principal) is not null)
                result.AddError("Give a principal, or --all: exactly one of the two.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
                return SyncCommand.NothingConnected(app, OutputForm.Table);
            await using var opened = layer;
            var whom = parsed.GetValue(all) ? null : parsed.GetValue(principal);
            var erased = await NameErasure.ForgetAsync(layer.Database, workspace.Id, whom, cancellationToken);
            app.Terminal.Say(erased == 0 && whom is not null ? $"Nothing is stored about {SafeText.ForTerminal(whom)}." : $"Erased: {erased}.");
            if (erased > 0 && layer.LooksUpNames)
                app.Terminal.Say("Layer:Names is true: the next sync looks up again who still holds a role.");
            // Nothing erased where something was expected is a typing error as likely as not.
            return erased == 0 && whom is not null ? ExitCode.Error : ExitCode.Done;
        });
        return command;
    }

    private static void Write(Terminal terminal, OutputForm form, NamesRefreshed refreshed) => new Listing<NamesRefreshed>(
        [
            new("RESOLVED", "resolved", r => $"{r.Count<NameLookup.Resolved>()}") { Right = true },
            new("NOT FOUND", "notFound", r => $"{r.Count<NameLookup.NotFound>()}") { Right = true },
            new("NOT PERMITTED", "notPermitted", r => $"{r.Count<NameLookup.NotPermitted>()}") { Right = true },
            new("NOT LOOKED UP", "notLookedUp", r => $"{r.Count<NameLookup.NotLookedUp>()}") { Right = true },
            new("NEW OR CHANGED", "sealed", r => $"{r.Sealed}") { Right = true },
        ],
        (json, r) =>
        {
            json.WriteStartObject();
            json.WriteNumber("resolved", r.Count<NameLookup.Resolved>());
            json.WriteNumber("notFound", r.Count<NameLookup.NotFound>());
            json.WriteNumber("notPermitted", r.Count<NameLookup.NotPermitted>());
            json.WriteNumber("notLookedUp", r.Count<NameLookup.NotLookedUp>());
            json.WriteNumber("sealed", r.Sealed);
            json.WriteEndObject();
        }).Write(terminal, form, [refreshed]);
}
