using Layer.Evidence.Errors;

namespace Layer.Operations;

/// <summary>The database, the log and the data folder will not do what was asked.</summary>
internal static class ProductErrors
{
    private const string Whole = "A sync is stored whole or not at all. Evidence sealed so far is unchanged.";
    private const string Untouched = "Nothing was read from Azure and nothing was changed.";

    // Facts: migration
    public static ErrorEntry DatabaseNewer { get; } = new()
    {
        Code = "DATABASE_NEWER",
        Title = "A newer Layer has used this database",
        Why = "The database holds the migration {migration}, which this version does not know. Going on could write what the newer version cannot read.",
        DoThis = ["Run the newer version.", "Or start this one with the data folder of a backup made before the upgrade."],
        Commands = ["layer version", "layer config explain"],
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Untouched,
        SafeOnSync = Untouched,
    };

    // Facts: database (without user and password), reason
    public static ErrorEntry DatabaseUnreachable { get; } = new()
    {
        Code = "DATABASE_UNREACHABLE",
        Title = "The database cannot be opened",
        Why = "Layer could not open {database}: {reason}.",
        DoThis = ["Check that the database server runs and that this machine reaches it.", "Check the setting Layer:Database with the command."],
        Commands = ["layer config explain"],
        Kind = FailureKind.Other,
        Persistence = Persistence.Transient,
        SafeOnConnect = Whole,
        SafeOnSync = Whole,
    };

    // Facts: database, seconds
    public static ErrorEntry DatabaseLocked { get; } = new()
    {
        Code = "DATABASE_LOCKED",
        Title = "Another process holds the database",
        Why = "Layer waited {seconds} seconds to write to {database}. Another program has it open for writing, such as a backup or a shell with an open transaction.",
        DoThis = ["Find the process with the command and let it finish.", "Then run the same command again."],
        Commands = ["fuser -v {database}"],
        Kind = FailureKind.Other,
        Persistence = Persistence.Transient,
        SafeOnConnect = "Nothing was saved.",
        SafeOnSync = "Nothing of this attempt was saved. Evidence sealed so far is unchanged.",
    };

    // A warning. Facts: guards (names, separated by commas)
    public static ErrorEntry GuardsMissing { get; } = new()
    {
        Code = "GUARDS_MISSING",
        Title = "Guards of the evidence tables were missing",
        Why = "The database had lost the triggers that refuse changes to sealed rows: {guards}. Layer put them back; whoever removed them could have changed rows meanwhile.",
        DoThis = ["Check the whole log with the command.", "Find out who can write to the database."],
        Commands = ["layer verify"],
        Kind = FailureKind.Warning,
        Persistence = Persistence.Permanent,
        SafeOnConnect = "A changed row shows in 'layer verify': every row is part of a signed log.",
        SafeOnSync = "A changed row shows in 'layer verify': every row is part of a signed log.",
    };

    // Facts: size (of the tree in the database), signedSize (of the last line of checkpoints.log), file
    public static ErrorEntry LogRolledBack { get; } = new()
    {
        Code = "LOG_ROLLED_BACK",
        Title = "The log is not the one last signed",
        Why = "{file} says that a log of {signedSize} entries was signed, and the database holds {size} that do not extend it. A restored backup looks like this, and so does a changed database.",
        DoThis =
        [
            "If a newer copy of the database exists, put it back: nothing is lost then.",
            "If a backup was restored on purpose, go on with the command: the log then says for ever that {signedSize} entries were signed and lost, and by whose decision.",
            "If neither, treat the database as altered and look into it before going on.",
        ],
        Commands = ["layer log new-epoch --reason \"…\""],
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = "Layer adds nothing to this log and signs nothing until then. Nothing was changed.",
        SafeOnSync = "Layer adds nothing to this log and signs nothing until then. Checkpoints signed before, in that file and with those they were given to, stay as they are.",
    };

    // Facts: item
    public static ErrorEntry LogBroken { get; } = new()
    {
        Code = "LOG_BROKEN",
        Title = "The log is damaged",
        Why = "{item} of the log is missing, or is not what its stored hash says. Someone changed the database, or the disk did.",
        DoThis = ["Let the command name the first damaged entry.", "Restore the database from a backup that verifies."],
        Commands = ["layer verify"],
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Untouched,
        SafeOnSync = "Nothing was recorded. Checkpoints that were handed to others still prove what was sealed.",
    };

    // Facts: machineTime, logTime
    public static ErrorEntry ClockBehindLog { get; } = new()
    {
        Code = "CLOCK_BEHIND_LOG",
        Title = "This machine's clock is behind the log",
        Why = "The last entry of the log was written at {logTime}, and this machine says {machineTime}. An entry made now would seem older than the one before it.",
        DoThis = ["Switch on time synchronisation (NTP) on this machine.", "Then run the same command again."],
        Commands = ["date -u", "timedatectl set-ntp true"],
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Untouched,
        SafeOnSync = "Nothing was sealed with a wrong time. Evidence sealed so far is unchanged.",
    };

    // Facts: folder, reason
    public static ErrorEntry DataFolderUnwritable { get; } = new()
    {
        Code = "DATA_FOLDER_UNWRITABLE",
        Title = "Layer cannot write to its data folder",
        Why = "{folder}: {reason}. Layer keeps its database and keys there.",
        DoThis = ["Check owner, rights and free space with the command.", "Or choose another folder with LAYER_DATA."],
        Commands = ["ls -ld {folder}; df -h {folder}"],
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Whole,
        SafeOnSync = Whole,
    };

    public static IReadOnlyList<ErrorEntry> All { get; } =
        [DatabaseNewer, DatabaseUnreachable, DatabaseLocked, GuardsMissing, LogRolledBack, LogBroken, ClockBehindLog, DataFolderUnwritable];
}
