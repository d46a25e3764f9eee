using Layer.Audits;
using Layer.Azure.Errors;
using Layer.Connections;
using Layer.Evidence.Errors;
using Layer.Ledger;
using Layer.Operations;
using Layer.Operations.Backups;
using Layer.Secrets;
using Layer.Serving;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer.Tests.Operations;

public sealed class ErrorDocumentSpecs
{
    private static readonly (string Area, IReadOnlyList<ErrorEntry> Entries)[] Areas =
    [
        ("Sign-in", SignInErrors.All),
        ("Subscription", SubscriptionErrors.All),
        ("Rights", RightErrors.All),
        ("Answers", AnswerErrors.All),
        ("Network", NetworkErrors.All),
        ("Connections", ConnectionErrors.All),
        ("Syncs", SyncErrors.All),
        ("Keys", SecretErrors.All),
        ("Workspaces", WorkspaceErrors.All),
        ("Keys, epochs and proofs of the log", LogErrors.All),
        ("Audit bundles", BundleErrors.All),
        ("Samples", SampleErrors.All),
        ("Backups and moves", BackupErrors.All),
        ("Database and log", ProductErrors.All),
        ("Messages", Layer.Notices.NoticeErrors.All),
        ("Commands against a server", Layer.Remote.RemoteErrors.All),
        ("Pages and API", WebErrors.All),
    ];

    [Fact]
    public void The_page_of_errors_has_every_entry_of_the_catalog() =>
        Assert.Equal(
            ErrorCatalog.All.Select(entry => entry.Code).Order(StringComparer.Ordinal),
            Areas.SelectMany(area => area.Entries).Select(entry => entry.Code).Order(StringComparer.Ordinal));

    [Fact]
    public void The_page_of_errors_says_what_the_catalog_says()
    {
        var path = Repository.PathOf("docs", "errors.md");
        var made = ErrorDocument.Render(Areas);
        if (Environment.GetEnvironmentVariable("LAYER_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, made);

        Assert.Equal(made, File.ReadAllText(path));
    }
}
