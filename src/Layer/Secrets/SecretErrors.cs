using Layer.Evidence.Errors;

namespace Layer.Secrets;

/// <summary>The key ring and the sealed values do not fit each other.</summary>
internal static class SecretErrors
{
    private const string EvidenceIsReadable = "Nothing was changed. Evidence is not encrypted with these keys and stays readable.";

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        new()
        {
            Code = "KEYRING_LOST",
            Title = "The keys to the stored secrets are gone",
            Why = "The database holds sealed secrets and {folder} holds no key. A new container without its volume, or a database restored without its keys, looks like this.",
            DoThis =
            [
                "Put the folder keys back from where it was kept, then start again.",
                "If it is lost for good, start with a new data folder and connect the subscriptions again.",
            ],
            Kind = FailureKind.Other,
            Persistence = Persistence.Permanent,
            SafeOnConnect = EvidenceIsReadable,
            SafeOnSync = EvidenceIsReadable,
        },
        new()
        {
            Code = "KEYRING_WRONG",
            Title = "These keys belong to another database",
            Why = "The keys Layer found cannot open what this database holds: key {keyId} is missing, damaged or another one under its name. Layer makes no new key in its place, because that would lose the secrets without a word.",
            DoThis =
            [
                "Check that LAYER_DATA names the folder that belongs to this database.",
                "Put the right folder keys back, then start again.",
            ],
            Commands = ["layer config explain"],
            Kind = FailureKind.Other,
            Persistence = Persistence.Permanent,
            SafeOnConnect = EvidenceIsReadable,
            SafeOnSync = EvidenceIsReadable,
        },
        new()
        {
            Code = "SEAL_BROKEN",
            Title = "A stored secret does not belong there",
            Why = "The sealed value of {row} was altered, or copied there from another place, and does not open. Someone or something wrote to the database past Layer.",
            DoThis =
            [
                "Find out who can write to the database.",
                "Enter the secret again.",
                "Check the log with the command.",
            ],
            Commands = ["layer verify"],
            Kind = FailureKind.Other,
            Persistence = Persistence.Permanent,
            SafeOnConnect = "The value was not used. Nothing was saved.",
            SafeOnSync = "The value was not used and nothing was sent to Azure. Evidence sealed so far can be checked with 'layer verify'.",
        },
    ];
}
