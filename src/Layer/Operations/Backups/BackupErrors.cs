using Layer.Evidence.Errors;

namespace Layer.Operations.Backups;

/// <summary>Why a backup cannot be made, believed or restored, and why a database cannot be moved.</summary>
internal static class BackupErrors
{
    private const string Nothing = "Nothing was changed: a database is filled whole or not at all.";

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        // Facts: file, reason
        Entry("BACKUP_UNREADABLE", "This file is no backup",
            "{file} cannot be read as a backup: {reason}.",
            ["Check that it is a file that 'layer backup create' made, and that it was copied whole.", "Try an older one."]),
        // Facts: file, reason
        Entry("BACKUP_DAMAGED", "The backup is damaged",
            "{file} was altered or cut after it was made: {reason}.",
            ["Take another copy of it, or an older backup, and check that one with the command."],
            "layer backup verify FILE"),
        // Facts: file, schema, newest, version
        Entry("BACKUP_NEWER", "A newer Layer made this backup",
            "{file} was made by Layer {version} and holds schema {schema}. This version knows schemas up to {newest}.",
            ["Restore it with that version of Layer, or a later one."],
            "layer version"),
        // Facts: file, log, reason
        Entry("BACKUP_NOT_PROVEN", "The log in the backup does not verify",
            "{file} is whole, but its log {log} does not prove itself: {reason}. It was made of a database that had been changed, or its rows were replaced together with their hashes.",
            ["Take an older backup that verifies.", "Check the database that it was made of, if there still is one, with the second command."],
            "layer backup verify FILE", "layer verify"),
        // Facts: database, tables
        Entry("DATABASE_NOT_EMPTY", "The database is not empty",
            "{database} holds rows already, in {tables}. Restoring on top of them would mix two logs.",
            ["Name an empty database: a new data folder with LAYER_DATA, or a new PostgreSQL database in Layer:Database.", "Or move the old database away first."],
            "layer config explain"),
        // Facts: file, keys, folder, reason
        Entry("BACKUP_KEY_MISSING", "The key of this backup is not here",
            "What is sealed in {file} opens with the key {keys}, and {folder} does not hold it: {reason}. Keys are never part of a backup.",
            [
                "Put the folder keys/ of that installation there, from where it was kept apart from the backup, then restore again.",
                "If it is lost for good, --without-keys restores the evidence alone: it can be read and verified, and nothing can be signed or synced with it.",
            ]),
        // Facts: database
        Entry("DATABASE_IN_USE", "Somebody has the database open",
            "{database} is open in another process, such as 'layer serve'. What it writes while the database is carried over would be lost.",
            ["Stop every Layer that uses this data folder, then run the same command again.", "The command shows who has the file open."],
            "fuser -v {database}"),
        // Facts: database
        Entry("DATABASE_SAME", "This is the database already",
            "{database} is what Layer uses now. There is nothing to carry over.",
            ["Name another database with --to."],
            "layer config explain"),
    ];

    private static ErrorEntry Entry(string code, string title, string why, string[] doThis, params string[] commands) => new()
    {
        Code = code,
        Title = title,
        Why = why,
        DoThis = doThis,
        Commands = commands,
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Nothing,
        SafeOnSync = Nothing,
    };
}
