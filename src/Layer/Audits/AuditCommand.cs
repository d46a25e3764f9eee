using System.CommandLine;

namespace Layer.Audits;

/// <summary><c>layer audit</c>.</summary>
internal static class AuditCommand
{
    public static Command Create(LayerApp app) => new("audit", "Hand a window over to an auditor.") { ScopeCommand.Create(app), SampleCommand.Create(app), BundleCommand.Create(app) };
}
