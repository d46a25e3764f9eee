using Layer.Cli;
using Layer.Evidence.Collecting;
using Layer.Syncing;

namespace Layer.Connections;

/// <summary>Tells a person how connecting goes: each step as it ends, then what it came to.</summary>
internal sealed class ConnectReport(LayerApp app, string name, OutputForm form)
{
    private readonly Terminal _terminal = app.Terminal;
    private readonly CheckLadder _ladder = new(app.Terminal.Error, app.Terminal.ErrorInk, app.Terminal.Width);

    public void Tell(ConnectEvent happened)
    {
        switch (happened)
        {
            case ConnectEvent.TenantFound found:
                TenantFound(found.TenantId);
                break;
            case ConnectEvent.Checked tried:
                Checked(tried.Step);
                break;
            case ConnectEvent.Waiting waiting:
                Waiting(waiting.Failure, waiting.Left);
                break;
            case ConnectEvent.Saved:
                Saved();
                break;
        }
    }

    public void TenantFound(Guid tenant) => _terminal.Say($"  {_terminal.ErrorInk.Good("✓")} Tenant found from the subscription: {tenant}");

    public void Checked(Azure.CheckStep step) => _ladder.Write(step);

    public void Waiting(Failure failure, TimeSpan left) => _terminal.Say(_terminal.ErrorInk.Caution(
        $"  {failure.Code}: waiting for the role to spread, {Math.Ceiling(left.TotalMinutes)} min left. Ctrl-C stops."));

    public void Saved() => _terminal.Say(_terminal.ErrorInk.Quiet("  Saved. Reading everything for the first time…"));

    /// <summary>Prints the first sync and what failed.</summary>
    /// <returns>The exit code of the failure; null when there is none.</returns>
    public int? Ended(SyncResult? sync, Failure? failure, bool saved)
    {
        if (sync is not null)
        {
            SyncCommand.Write(_terminal, form, [sync]);
            SyncCommand.SayUnseen(_terminal, [sync]);
        }

        if (failure is null)
            return null;
        var code = FailureReport.Print(app, failure, connecting: !saved, form);
        if (saved)
            _terminal.Say($"{name} was saved anyway. Its first complete sync is still to come: layer sync {name}");
        return code;
    }

    /// <param name="andVerify">Whether the whole log can be checked from here.</param>
    public int Done(bool andVerify = true)
    {
        _terminal.Say();
        _terminal.Say($"{_terminal.ErrorInk.Good("✓")} {_terminal.ErrorInk.Strong(name)} is connected and its first evidence is sealed.");
        _terminal.Say(_terminal.ErrorInk.Quiet($"  Next: layer show assignments --privileged · layer evidence list{(andVerify ? " · layer verify" : "")}"));
        return ExitCode.Done;
    }
}
