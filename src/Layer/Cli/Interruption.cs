using System.Runtime.InteropServices;

namespace Layer.Cli;

/// <summary>Turns the first Ctrl-C or SIGTERM into a cancelled token; a second one ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _cancelled = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption() =>
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel)];

    public CancellationToken Token => _cancelled.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _cancelled.Dispose();
    }

    private void Cancel(PosixSignalContext signal)
    {
        if (_cancelled.IsCancellationRequested)
            return;
        signal.Cancel = true;
        _cancelled.Cancel();
    }
}
