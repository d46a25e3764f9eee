using System.Collections.Frozen;
using Layer.Audits;
using Layer.Azure.Errors;
using Layer.Connections;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;
using Layer.Ledger;
using Layer.Operations.Backups;
using Layer.Secrets;
using Layer.Serving;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer.Operations;

/// <summary>Every failure Layer can name: Azure's and its own. The command line, pages, API and docs print from here.</summary>
internal static class ErrorCatalog
{
    private static readonly FrozenDictionary<string, ErrorEntry> ByCode = All.ToFrozenDictionary(entry => entry.Code);

    public static IReadOnlyList<ErrorEntry> All => [.. AzureErrors.All, .. Own];

    /// <summary>Those that have nothing to do with Azure, grouped by area.</summary>
    public static IReadOnlyList<ErrorEntry> Own => [.. ConnectionErrors.All, .. SyncErrors.All, .. SecretErrors.All, .. WorkspaceErrors.All, .. LogErrors.All, .. BundleErrors.All, .. SampleErrors.All, .. BackupErrors.All, .. WebErrors.All, .. Notices.NoticeErrors.All, .. Remote.RemoteErrors.All, .. ProductErrors.All];

    /// <summary>For a code this version does not know, the entry that shows Microsoft's own text.</summary>
    public static ErrorEntry Get(string code) => ByCode.GetValueOrDefault(code) ?? AzureErrors.Get(code);

    /// <summary>Whether this version has an entry of its own for a code.</summary>
    public static bool Knows(string code) => ByCode.ContainsKey(code);

    public static ErrorCard Card(Failure failure, bool connecting) => ErrorCard.Fill(Get(failure.Code), failure.Facts, connecting);
}
